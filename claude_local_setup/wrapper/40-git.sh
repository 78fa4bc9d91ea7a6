# What git keeps outside the folders that it is used in: the common directory of a linked worktree, a submodule's own.

find_git() { # sets git_dirs: the folders that git must be able to write, besides the workspace
  local pointer own common
  git_dirs=()
  [[ -f $workspace/.git && ! -L $workspace/.git ]] || return 0
  IFS= read -r pointer <"$workspace/.git" || return 0
  [[ $pointer == "gitdir: "* ]] || return 0
  own=${pointer#gitdir: }
  [[ $own == /* ]] || own=$workspace/$own
  resolve "$own" || return 0
  own=$REPLY
  # The folder must point back here: else a planted .git file would open any folder that it names.
  if [[ -f $own/commondir ]]; then
    points_back "$own/gitdir" "$workspace/.git" "$own" || return 0
    IFS= read -r common <"$own/commondir" || return 0
    [[ $common == /* ]] || common=$own/$common
    resolve "$common" && common=$REPLY
    [[ $own == "$common"/worktrees/* ]] && is_git_dir "$common" && git_dirs=("$common")
  elif [[ $own == */.git/modules/* ]] && is_git_dir "$own" && is_module_of "$own"; then
    git_dirs=("$own")
  fi
}

points_back() { # FILE EXPECTED BASE: does the path in FILE lead to EXPECTED?
  local line
  IFS= read -r line <"$1" || return 1
  [[ $line == /* ]] || line=$3/$line
  resolve "$line" && [[ $REPLY == "$2" ]]
}

is_git_dir() { # FOLDER
  [[ -f $1/HEAD && -d $1/objects && -d $1/refs && -f $1/config ]] && refusal "${1%/.git}"
}

is_module_of() { # FOLDER: does its core.worktree lead to the workspace?
  local line
  while IFS= read -r line; do
    if [[ $line =~ ^[[:space:]]*worktree[[:space:]]*=[[:space:]]*(.*)$ ]]; then
      line=${BASH_REMATCH[1]}
      [[ $line == /* ]] || line=$1/$line
      resolve "$line" && [[ $REPLY == "$workspace" ]] && return 0
    fi
  done <"$1/config"
  return 1
}
