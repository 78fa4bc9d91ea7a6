# After the session: files in the workspace that it has created or changed and that would run outside the jail.
# What was there before is read-only; what was not there cannot be mounted over, so it is named here.

report_planted() { # SINCE (seconds)
  local file relative shown=0
  while IFS= read -r -d '' file; do
    relative=${file#"$workspace"/}
    what_runs "/$relative" "$file" || continue
    ((shown++)) || printf 'claude-local: this session made or changed files that run outside the jail; look at them first:\n' >&2
    ((shown <= 20)) && printf '  %q: %s\n' "$relative" "$REPLY" >&2
  done < <(changed_since "$1")
  ((shown <= 20)) || printf '  and %d more\n' $((shown - 20)) >&2
}

changed_since() { # SECONDS: by the inode's own time, which nobody can set
  timeout 20 find "$workspace" "${git_dirs[@]}" -xdev \
    \( -name node_modules -o -name objects -path '*/.git/*' -o -name .venv \) -prune -o \
    \( -type f -o -type l \) -newerct "@$1" -print0 2>/dev/null
  (($? == 124)) && printf '%s\0' "$workspace/.git/hooks/(not all was looked through, it took too long)"
}

what_runs() { # /RELATIVE FILE: sets REPLY to what it could do; false if nothing
  if [[ -n $hooks_dir ]] && is_inside "$2" "$hooks_dir"; then
    REPLY="git runs it (core.hooksPath)"
    [[ $hooks_dir == "$workspace" ]] || return 0
    case $1 in /pre-* | /post-* | /*-msg | /update | /proc-receive | /push-to-checkout | /reference-transaction) return ;; esac
  fi
  case $1 in
    */.git/hooks/*.sample | */.git/modules/*/hooks/*.sample) return 1 ;;
    */.git/hooks/* | */.git/modules/*/hooks/* | */.husky/* | */.githooks/* | */.lefthook.y*ml | */lefthook.y*ml | \
      */.pre-commit-config.yaml)
      REPLY="git runs it at your next commit"
      ;;
    */.git/commondir | */.git/worktrees/*/config.worktree) REPLY="git obeys it, and it can name programs to run" ;;
    */.git/config | */.git/config.worktree | */.git/modules/*/config)
      is_harmless_config "$2" && return 1
      REPLY="git obeys it, and it can name programs to run"
      ;;
    */.git) REPLY="it tells git where to look, and git runs what is configured there" ;;
    */.vscode/* | *.code-workspace) REPLY="VS Code obeys it: tasks, settings, extensions" ;;
    */.idea/*) REPLY="the IDE obeys it: run configurations" ;;
    */.zed/*) REPLY="Zed obeys it: tasks, settings, language servers" ;;
    */.exrc | */.nvimrc | */.nvim.lua) REPLY="vim runs it where its option exrc is set" ;;
    */.dir-locals.el) REPLY="Emacs obeys it" ;;
    */.devcontainer/* | */.devcontainer.json) REPLY="VS Code builds and runs what it names" ;;
    */.envrc) REPLY="direnv runs it when you enter the folder" ;;
    */.mise.toml | */mise.toml) REPLY="mise obeys it when you enter the folder" ;;
    */.mcp.json) REPLY="claude starts the servers that it names" ;;
    */.claude/settings.json | */.claude/settings.local.json) REPLY="claude runs the hooks that it names" ;;
    */.npmrc | */.yarnrc | */.yarnrc.yml | */.pnpmfile.cjs) REPLY="the package manager obeys it" ;;
    */.cargo/config | */.cargo/config.toml) REPLY="cargo obeys it, and it can name programs to run" ;;
    */package.json)
      read_whole "$2" && ! grep -qE '"(pre|post)?(install|prepare|pack|publish)"[[:space:]]*:' <<<"$REPLY" && return 1
      REPLY="npm runs its install scripts"
      ;;
    */.github/workflows/* | */.gitlab-ci.yml) REPLY="it runs on your CI when you push" ;;
    *) return 1 ;;
  esac
}

is_harmless_config() { # FILE of git's: only what a new repository, a remote or a branch writes
  local word='repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|precomposeunicode|worktree'
  read_whole "$1" && ! grep -vqiE "^[[:space:]]*(\[(core|remote \"[^\"]*\"|branch \"[^\"]*\"|user|submodule \"[^\"]*\"|init)\]|($word|url|fetch|remote|merge|rebase|name|email|active|defaultbranch)[[:space:]]*=[^!]*)?$" <<<"$REPLY"
}
