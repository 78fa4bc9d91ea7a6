# The jail: bubblewrap's arguments, one rule after the other. The order matters: a later mount lies over an earlier one.

jail=()    # bubblewrap's arguments
layers=()  # "+FOLDER" shown, "-FOLDER" emptied, in the order of the mounts
private=() # emptied folders, read-only once all that belongs in them is there
hidden=()  # what was hidden, for --explain
kept=()    # what is read-only in the workspace, for --explain

build_jail() {
  local folder
  jail=(--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent --cap-drop ALL)
  see_the_machine
  see_the_home
  open_workspace
  open_config_dir
  hide_secrets
  see_ide
  see_program
  close_sockets
  see_network
  for folder in "${private[@]}"; do jail+=(--remount-ro "$folder"); done
  jail+=(--chdir "$cwd")
}

see() { # PATH, read-only
  jail+=(--ro-bind "$1" "$1")
  layers+=("+$1")
}

open() { # FOLDER, writable
  jail+=(--bind "$1" "$1")
  layers+=("+$1")
}

empty() { # FOLDER
  jail+=(--perms 755 --tmpfs "$1")
  private+=("$1")
  layers+=("-$1")
}

is_covered() { # PATH: was it emptied, and not shown again afterwards?
  local layer last=+
  for layer in "${layers[@]}"; do is_inside "$1" "${layer#?}" && last=${layer%"${layer#?}"}; done
  [[ $last == - ]]
}

see_the_machine() { # read-only, with private places of its own for what is shared by all on a host
  local folder
  jail+=(--ro-bind / / --dev /dev --proc /proc)
  for folder in /dev/shm /tmp /var/tmp; do
    jail+=(--perms 1777 --tmpfs "$folder")
    layers+=("-$folder")
  done
  jail+=(--remount-ro /dev)
  layers+=(-/dev)
  empty /run # the sockets of the system and of the desktop live here
  [[ -e /run/current-system ]] && see /run/current-system
  [[ $network == host ]] && resolve /etc/resolv.conf && is_covered "$REPLY" && see "$REPLY"
}

see_the_home() { # one's own only, read-only; at level strict an empty one
  local folder
  for folder in /home /root; do [[ -d $folder && ! -L $folder && $folder != "$real_home" ]] && empty "$folder"; done
  if [[ $level != strict ]]; then
    see "$real_home"
    return
  fi
  empty "$real_home"
  for folder in "${also_read[@]}"; do
    at_home "$folder"
    resolve "$REPLY" && see "$REPLY"
  done
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
  elif [[ -f $1/.git ]]; then
    keep "$1/.git"
  fi
  if [[ -d $1/.claude && ! -L $1/.claude ]]; then
    pin "$1/.claude"
    for path in settings.json settings.local.json; do keep "$1/.claude/$path"; done
  fi
  for path in .vscode .idea .envrc .mcp.json; do keep "$1/$path"; done
}

protect_git() { # FOLDER of git's own
  local path
  for path in hooks config config.worktree; do keep "$1/$path"; done
}

pin() { # FOLDER: writable, but a mount of its own, so that it cannot be moved away from under what is kept in it
  jail+=(--bind "$1" "$1")
}

keep() { # PATH, if it is there: read-only
  [[ -e $1 && ! -L $1 ]] || return 0
  jail+=(--ro-bind "$1" "$1")
  kept+=("$1")
}

open_config_dir() { # writable but for what binds the session
  open "$config_dir"
  jail+=(--ro-bind "$enforced" "$enforced" --ro-bind "$filter" "$filter")
}

hide_secrets() {
  local name
  for name in "${secrets[@]}"; do [[ -e $real_home/$name ]] && hide_path "$real_home/$name"; done
  for name in "${also_hide[@]}"; do
    at_home "$name"
    [[ -e $REPLY ]] && hide_path "$REPLY"
  done
}

hide_path() { # PATH: a folder becomes empty, a file unreadable
  resolve "$1" || die 1 "cannot find out where $1 leads" "make it readable, or remove it"
  is_covered "$REPLY" && return
  hidden+=("$1")
  if [[ -d $REPLY ]]; then
    empty "$REPLY"
  else
    jail+=(--ro-bind /dev/null "$REPLY")
  fi
}

see_ide() { # an IDE's lock files say how to reach it; read-only: claude deletes a lock whose process it cannot see
  resolve "$real_home/.claude/ide" && see "$REPLY"
}

close_sockets() { # no socket of the host answers, wherever it lies
  local line path=
  while IFS= read -r line; do
    if [[ $line =~ ^[^:\ ]*:\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ [0-9A-F]+\ +[0-9]+(\ (.*))?$ ]]; then
      close_socket "$path"
      path=${BASH_REMATCH[2]-}
    else
      path+=$'\n'$line # a name may hold a line break
    fi
  done </proc/net/unix
  close_socket "$path"
}

close_socket() { # PATH, if it is one
  [[ $1 == /* && -S $1 ]] || return 0
  resolve "$1" || die 1 "cannot find out where the socket $1 leads" "make it readable, or remove it"
  is_covered "$REPLY" || jail+=(--ro-bind /dev/null "$REPLY")
}
