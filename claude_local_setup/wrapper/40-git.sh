# What git keeps outside the folders that it is used in: the common directory of a linked worktree, a submodule's own.

find_git() { # sets git_dirs: the folders that git must be able to write, besides the workspace
  local pointer own common
  git_dirs=()
  [[ -f $workspace/.git && ! -L $workspace/.git ]] || return 0
  read_whole "$workspace/.git" || return 0
  pointer=${REPLY%%$'\n'*}
  [[ $pointer == "gitdir: "* ]] || return 0
  own=${pointer#gitdir: }
  [[ $own == /* ]] || own=$workspace/$own
  resolve "$own" || return 0
  own=$REPLY
  # The folder must point back here: else a planted .git file would open any folder that it names.
  if [[ -f $own/commondir ]]; then
    points_back "$own/gitdir" "$workspace/.git" "$own" || return 0
    read_whole "$own/commondir" || return 0
    common=${REPLY%%$'\n'*}
    [[ $common == /* ]] || common=$own/$common
    resolve "$common" && common=$REPLY
    [[ $own == "$common"/worktrees/* ]] && is_git_dir "$common" && git_dirs=("$common")
  elif [[ $own == */.git/modules/* ]] && is_git_dir "$own" && is_module_of "$own"; then
    git_dirs=("$own")
  fi
}

points_back() { # FILE EXPECTED BASE: does the path in FILE lead to EXPECTED?
  local line
  read_whole "$1" || return 1
  line=${REPLY%%$'\n'*}
  [[ $line == /* ]] || line=$3/$line
  resolve "$line" && [[ $REPLY == "$2" ]]
}

is_git_dir() { # FOLDER
  [[ -f $1/HEAD && -d $1/objects && -d $1/refs && -f $1/config ]] && refusal "${1%/.git}"
}

is_module_of() { # FOLDER: does its core.worktree lead to the workspace?
  local line
  read_whole "$1/config" || return 1
  while IFS= read -r line; do
    if [[ $line =~ ^[[:space:]]*worktree[[:space:]]*=[[:space:]]*(.*)$ ]]; then
      line=${BASH_REMATCH[1]}
      [[ $line == /* ]] || line=$1/$line
      resolve "$line" && [[ $REPLY == "$workspace" ]] && return 0
    fi
  done <<<"$REPLY"
  return 1
}
