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
  local net=()
  [[ $network == private ]] && net=(--unshare-net)
  "${apart[@]}" "$bwrap" --unshare-user "${net[@]}" --ro-bind / / true 2>/dev/null </dev/null
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
