# In the jail: what is writable, and what in it is read-only since it would later run outside.

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
