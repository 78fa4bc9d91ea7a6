# The IDE: its lock files say on which port it listens and which folders it has open.
# The session sees copies, and only of those for this workspace: others hold the keys of other projects, and claude deletes
# a lock whose process it cannot see.

ide_ports=()

find_ides() { # sets ide_ports: those of live IDEs that have this workspace open; the session's copies follow
  local lock port
  ide_ports=()
  for lock in "$real_home"/.claude/ide/*.lock; do
    port=${lock##*/}
    port=${port%.lock}
    if [[ $port =~ ^[1-9][0-9]{3,4}$ ]] && is_ide "$lock" "$port"; then
      ide_ports+=("$port")
      [[ -z $session_dir ]] || show_lock "$lock"
    fi
  done
}

show_lock() { # LOCK, to the session
  have_session_dir
  [[ -e $session_dir/ide/${1##*/} ]] || cp -- "$1" "$session_dir/ide/" 2>/dev/null
}

is_ide() { # LOCK PORT: is it live, and for this workspace?
  local text hex line
  [[ -f $1 && ! -L $1 && -O $1 && -r $1 ]] || return 1
  printf -v hex ':%04X' "$2"
  while read -r _ line _ _ _ _ _ owner _; do # a listener on that port, of this user's
    [[ $line == *"$hex" && $owner == "$uid" ]] || continue
    text=$(<"$1")
    [[ $2 == "${CLAUDE_CODE_SSE_PORT-}" ]] || has_open "$text"
    return
  done </proc/net/tcp
  return 1
}

has_open() { # LOCK'S TEXT: does one of its folders hold the current directory?
  local folders item=
  [[ $1 =~ \"workspaceFolders\"[[:space:]]*:[[:space:]]*\[(.*) ]] || return 1
  folders=${BASH_REMATCH[1]}
  while [[ $folders =~ ^[[:space:],]*\"(([^\"\\]|\\.)*)\"(.*)$ ]]; do
    item=${BASH_REMATCH[1]} folders=${BASH_REMATCH[3]}
    item=${item//\\\//\/} item=${item//\\\"/\"} item=${item//\\\\/\\}
    [[ $item == /* ]] && resolve "$item" && is_inside "$cwd" "$REPLY" && return
  done
  return 1
}

see_ides() { # read-only
  [[ -n $session_dir ]] && resolve "$real_home/.claude" || return 0
  jail+=(--ro-bind "$session_dir/ide" "$REPLY/ide")
}

# Beside the session, until standard input ends: an IDE that is started later gets its relay too.
watch_ides() { # prints a RELAY for each
  local known count
  trap '' INT QUIT TSTP HUP TERM
  while read -rt 2 _ || (($? > 128)); do
    known=" ${ide_ports[*]} "
    find_ides
    count=${#relays[@]}
    for port in "${ide_ports[@]}"; do [[ $known == *" $port "* ]] || add_relay 127.0.0.1 "$port"; done
    while ((count < ${#relays[@]})); do
      start_relay "${relays[count]}"
      echo "${relays[count]}"
      ((count += 1))
    done
  done
  rm -rf -- "$session_dir" # also where the wrapper was killed
}
