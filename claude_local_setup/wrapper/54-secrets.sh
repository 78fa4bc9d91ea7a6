# In the jail: what of the home is not to be read.

find_secrets() { # sets secret_paths: those that are there, as they are named and where they lie
  local name path
  declare -gA secret_paths=()
  for name in "${secrets[@]}"; do
    path=$real_home/$name
    [[ -e $path || -L $path ]] || continue
    secret_paths[$path]=yes
    [[ -L $path ]] && resolve "$path" && secret_paths[$REPLY]=yes
  done
  for name in "${also_hide[@]}"; do
    at_home "$name"
    [[ -e $REPLY ]] || continue
    secret_paths[$REPLY]=yes
    resolve "$REPLY" && secret_paths[$REPLY]=yes
  done
}

hide_secrets() { # files first, those in outer folders before those in inner ones: a folder is shown anew for them
  local path count=0 files=() folders=()
  for path in "${!secret_paths[@]}"; do
    if [[ -d $path ]]; then
      folders+=("$path")
    elif [[ -e $path ]] && resolve "$path"; then
      path=${REPLY%/*}
      files[${#path} * 1000 + count++]=$REPLY
    fi
  done
  for path in "${files[@]}" "${folders[@]}"; do hide_path "$path"; done
}

hide_path() { # PATH: it is not there, or is an empty folder or file
  local place
  [[ -e $1 ]] || return 0
  resolve "$1" || die 1 "cannot find out where $1 leads" "make it readable, or remove it"
  place=$REPLY
  is_covered "$place" && return
  if [[ -d $place ]]; then
    empty "$place"
  else
    ! is_open "$place" && is_inside "${place%/*}" "$real_home" && see_but_secrets "${place%/*}"
    is_covered "$place" && return
    jail+=(--ro-bind /dev/null "$place")
  fi
  hidden+=("$1")
}
