# The jail: bubblewrap's arguments, one rule after the other. The order matters: a later mount lies over an earlier one.

jail=()    # bubblewrap's arguments
declare -A layers=() # "NUMBER+" by path: shown; "NUMBER-": emptied; the number is the mount's place in their order
mounts=0
private=() # emptied folders, read-only once all that belongs in them is there
opened=()  # the folders that are writable
hidden=()  # what was hidden, for --explain
hooks_dir= # the folder in the workspace that core.hooksPath names
kept=()    # what is read-only in the workspace, for --explain

build_jail() {
  local folder
  ask_git
  list_sockets
  jail=(--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent --cap-drop ALL)
  see_the_machine
  find_secrets
  see_the_home
  hide_secrets
  open_workspace
  open_config_dir
  hide_secrets
  see_ides
  see_program
  close_sockets
  see_network
  for folder in "${private[@]}"; do jail+=(--remount-ro "$folder"); done
  jail+=(--chdir "$cwd")
}

# Around the jail: bubblewrap alone would go on taking over what is mounted on the host while the session runs, a disk that
# is plugged in for example, writable as it is there.
apart=(unshare --user --map-current-user --mount --propagation private --)
[[ $bwrap == bwrap ]] || apart=("$bwrap" --dev-bind / / -- "${apart[@]}") # AppArmor lets our copy, and what it starts

can_jail() { # can any jail be started here?
  "${apart[@]}" "$bwrap" --unshare-user --unshare-net --ro-bind / / true 2>/dev/null
}

lay() { # +|- PATH: sets layers
  layers[$2]=$((mounts += 1))$1
}

see() { # PATH, read-only
  jail+=(--ro-bind "$1" "$1")
  lay + "$1"
}

open() { # FOLDER, writable
  jail+=(--bind "$1" "$1")
  lay + "$1"
  opened+=("$1")
}

is_open() { # PATH: is it in a folder that is writable?
  local folder
  for folder in "${opened[@]}"; do is_inside "$1" "$folder" && return; done
  return 1
}

empty() { # FOLDER
  jail+=(--perms 755 --tmpfs "$1")
  private+=("$1")
  lay - "$1"
}

is_covered() { # PATH: was it, or the folder it is in, emptied, and not shown again afterwards?
  local path=$1 layer latest=0+
  while [[ -n $path ]]; do
    layer=${layers[$path]-0+}
    ((${layer%?} > ${latest%?})) && latest=$layer
    path=${path%/*}
  done
  layer=${layers[/]-0+}
  ((${layer%?} > ${latest%?})) && latest=$layer
  [[ $latest == *- ]]
}

see_the_machine() { # read-only, with private places of its own for what is shared by all on a host
  local folder
  jail+=(--ro-bind / / --dev /dev --proc /proc)
  for folder in /dev/shm /tmp /var/tmp; do
    jail+=(--perms 1777 --tmpfs "$folder")
    lay - "$folder"
  done
  jail+=(--remount-ro /dev)
  lay - /dev
  empty /run # the sockets of the system and of the desktop live here
  [[ -e /run/current-system ]] && see /run/current-system
  [[ $network == host ]] && resolve /etc/resolv.conf && is_covered "$REPLY" && see "$REPLY"
}

see_the_home() { # one's own only, read-only; at level strict an empty one
  local folder
  for folder in /home /root; do [[ -d $folder && ! -L $folder && $folder != "$real_home" ]] && empty "$folder"; done
  if [[ $level != strict ]]; then
    see_but_secrets "$real_home"
    return
  fi
  empty "$real_home"
  for folder in "${also_read[@]}"; do
    at_home "$folder"
    resolve "$REPLY" && see "$REPLY"
  done
}

# Entry by entry, since the kernel takes a mount off a file in whose place another one is put, as programs do when they
# save: a mask over a secret would go with it. So what is hidden is not there at all, nor is what turns up later.
see_but_secrets() { # FOLDER, as it is if it has so many entries that their mounts would take long
  local path links=() entries=("$1"/* "$1"/.[!.]* "$1"/..?*)
  if ((${#entries[@]} > 300)); then
    is_covered "$1" && see "$1" # once: again it would lie over what is hidden already
    return 0
  fi
  empty "$1"
  for path in "${entries[@]}"; do
    if [[ -n ${secret_paths[$path]-} ]]; then
      hidden+=("$path")
    elif [[ -L $path ]]; then
      links+=("$path")
    elif [[ -d $path || -f $path ]]; then
      jail+=(--ro-bind-try "$path" "$path")
      lay + "$path"
    fi
  done
  ((${#links[@]} == 0)) || see_links "${links[@]}"
}

see_links() { # LINK…: as they are, whatever they lead to
  local link target
  while IFS= read -r -d '' link && IFS= read -r -d '' target; do
    jail+=(--symlink "$target" "$link")
  done < <(exec find "$@" -maxdepth 0 -type l -printf '%p\0%l\0')
}

open_workspace() { # writable: the workspace, its git folders, isolation.write
  local folder
  for folder in "${also_write[@]}"; do
    at_home "$folder"
    if resolve "$REPLY" && [[ -d $REPLY ]] && refusal "$REPLY"; then open "$REPLY"; fi
  done
  for folder in "${git_dirs[@]}" "$workspace"; do open "$folder"; done
  for folder in "${git_dirs[@]}"; do protect_git "$folder"; done
  protect "$workspace"
}

protect() { # WORKSPACE: what would later run outside the jail is read-only
  local path
  if [[ -d $1/.git && ! -L $1/.git ]]; then
    pin "$1/.git"
    protect_git "$1/.git"
  else
    keep "$1/.git"
  fi
  if [[ -d $1/.claude && ! -L $1/.claude ]]; then
    pin "$1/.claude"
    for path in settings.json settings.local.json; do keep "$1/.claude/$path"; done
  fi
  for path in .vscode .idea .envrc .mcp.json; do keep "$1/$path"; done
  find_hooks "$1"
  [[ -n $hooks_dir && $hooks_dir != "$1" ]] && keep "$hooks_dir" # the whole workspace cannot be
}

protect_git() { # FOLDER of git's own; its submodules' too
  local path module
  for path in hooks config config.worktree commondir; do keep "$1/$path"; done
  [[ -d $1/modules && ! -L $1/modules ]] && protect_modules "$1/modules"
  for path in "$1"/worktrees/*/config.worktree; do keep "$path"; done
}

protect_modules() { # FOLDER: a submodule's name may hold slashes
  local module
  pin "$1"
  for module in "$1"/*/; do
    module=${module%/}
    [[ -d $module && ! -L $module ]] || continue
    if [[ -f $module/HEAD ]]; then
      pin "$module"
      protect_git "$module"
    else
      protect_modules "$module"
    fi
  done
}

ask_git() { # sets hooks_path, from which to read what core.hooksPath is; begun early, as the list of sockets is
  hooks_path=
  [[ -e $workspace/.git ]] && command -v git >/dev/null || return 0
  exec {hooks_path}< <(cd -- "$workspace" && exec git config --null --get --type=path core.hooksPath 2>/dev/null)
}

find_hooks() { # WORKSPACE: sets hooks_dir to the folder in it that core.hooksPath names, "" if there is none
  hooks_dir=
  [[ -n $hooks_path ]] || return 0
  IFS= read -r -d '' -u "$hooks_path" REPLY
  exec {hooks_path}<&-
  [[ -n $REPLY ]] || return 0
  [[ $REPLY == /* ]] || REPLY=$1/$REPLY
  if [[ -e $REPLY ]]; then resolve "$REPLY"; fi
  is_inside "$REPLY" "$1" && hooks_dir=$REPLY
}

pin() { # FOLDER: writable, but a mount of its own, so that it cannot be moved away from under what is kept in it
  jail+=(--bind "$1" "$1")
}

keep() { # PATH, if it is there and could be written: read-only, also what a link leads to
  [[ -e $1 ]] || return 0
  resolve "$1" || die 1 "cannot find out where $1 leads" "make it readable, or remove it"
  is_open "$REPLY" || return 0
  jail+=(--ro-bind "$REPLY" "$REPLY")
  kept+=("$1")
}

open_config_dir() { # writable but for what binds the session
  local file
  open "$config_dir"
  for file in "$enforced" "$filter" "$config_dir/model"; do keep "$file"; done
}

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

close_sockets() { # no socket of the host answers, wherever it lies
  local LC_ALL=C line path='' listings=0 # as bytes: where a name is not UTF-8, "." would not match
  local -A known=()
  while IFS= read -ru "$sockets" line; do
    if [[ $line =~ ^[^:\ ]*:\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ +[0-9]+\ (.*)$ ]]; then
      close_once "$path"
      path=${BASH_REMATCH[1]}
    elif [[ $line == "Num       RefCount "* ]]; then
      close_once "$path"
      path='' listings=$((listings + 1))
    else
      path+=$'\n'$line # a name may hold a line break
    fi
  done
  close_once "$path"
  exec {sockets}<&-
  # Without the headings nothing was read, and what is not known cannot be closed.
  ((listings == 3)) || die 1 "this machine's sockets cannot be listed" "cat /proc/net/unix"
}

# While sockets come and go the kernel leaves lines out: often where bash itself goes back and forth in the file, one time
# in a thousand where it is read at a stretch. So it is, three times. Begun early: it goes on while the jail is put together.
list_sockets() { # sets sockets, from which to read the lines of those with a name
  local table=/proc/net/unix
  exec {sockets}< <(LC_ALL=C exec grep -ahvE '^[^: ]*: ([0-9A-F]+ ){5} *[0-9]+$' $table $table $table)
}

close_once() { # PATH: sets known
  [[ -z $1 || -n ${known[$1]-} ]] && return
  known[$1]=1
  close_socket "$1"
}

close_socket() { # PATH, if it is one
  case $1 in
    '' | @*) return 0 ;; # the network namespace closes those without a path
    /*) [[ -S $1 ]] || return 0 ;;
    *)
      close_relative "$1"
      return
      ;;
  esac
  resolve "$1" || die 1 "cannot find out where the socket $1 leads" "make it readable, or remove it"
  is_covered "$REPLY" || jail+=(--ro-bind /dev/null "$REPLY")
}

close_relative() { # NAME, as a program gave it: below that program's current directory, as long as it stays there
  local folder
  for folder in /proc/[0-9]*/cwd; do
    [[ -S $folder/$1 ]] && resolve "$folder" && close_socket "$REPLY/$1"
  done
}
