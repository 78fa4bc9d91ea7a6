# A session: which claude, which environment, which arguments; and the run itself.

passed_env=(
  PATH LANG LANGUAGE LC_ALL LC_CTYPE LC_MESSAGES LC_TIME LC_NUMERIC LC_COLLATE TERM COLORTERM TERM_PROGRAM
  TERM_PROGRAM_VERSION TZ USER LOGNAME SHELL EDITOR VISUAL PAGER LESS NO_COLOR FORCE_COLOR COLUMNS LINES
  CLAUDE_CODE_SSE_PORT CLAUDE_CODE_ENTRYPOINT CLAUDE_AGENT_SDK_VERSION
)
environment=() # NAME=VALUE, all that the session sees
program=       # the claude that is run

find_program() { # sets program; false if there is none
  local folder IFS=:
  program=$claude
  [[ -n $program && -x $program ]] && return
  for folder in $caller_path; do
    program=$folder/claude
    [[ $folder == /* && -f $program && -x $program ]] && return
  done
  program=
  return 1
}

see_program() { # what the jail hides of the program is shown again, read-only
  [[ -n $program ]] && resolve "$program" && is_covered "$REPLY" || return 0
  program=$REPLY
  case $program in
    */lib/node_modules/*) see "${program%%/lib/node_modules/*}" ;; # with the node that is installed beside it
    */node_modules/*) see "${program%%/node_modules/*}/node_modules" ;;
    *) see "$program" ;;
  esac
}

build_environment() {
  local name value
  for name in "${passed_env[@]}" "${pass_env[@]}"; do
    value=${!name-}
    [[ $name == PATH ]] && value=$caller_path
    [[ -n $value ]] && environment+=("$name=$value")
  done
  environment+=("HOME=$home" "CLAUDE_CONFIG_DIR=$home/.claude-local" "ANTHROPIC_AUTH_TOKEN=$auth_token" "${sent_env[@]}")
  ((context_tokens)) || return 0
  output_limit "$context_tokens"
  environment+=("CLAUDE_CODE_MAX_CONTEXT_TOKENS=$context_tokens" "CLAUDE_CODE_MAX_OUTPUT_TOKENS=$REPLY")
}

check_arguments() { # ends with the reason if one of claude's own arguments would loosen the rules
  local argument
  case ${1-} in
    auth) [[ ${2-} == status ]] || die 2 "'auth' is for the normal claude" "claude auth" ;;
    update | upgrade | install | migrate-installer | setup-token | login | logout)
      die 2 "'$1' is for the normal claude" "claude $1"
      ;;
  esac
  for argument; do
    case $argument in
      --) return ;;
      --settings | --settings=*) # the last one would win, whole
        die 2 "--settings is taken by claude-local's own rules" "put your settings into $home/.claude-local/settings.json"
        ;;
      --bg | --background) # it leaves a service behind
        die 2 "$argument does not work in a jail that ends with its session" "start it without $argument"
        ;;
    esac
  done
}

check_rules() { # Claude Code passes over a settings file that it cannot read, without a word
  local sum
  sum=$(sha256sum <"$enforced")
  [[ ${sum%% *} == "$enforced_sum" ]] || die 1 "$enforced is not what apply wrote" "claude-local-setup apply"
}

needs_server() { # [ARG…]: will claude talk to the model?
  case ${1-} in
    -v | --version | -h | --help | auth | mcp | plugin | plugins | config | doctor | agents) return 1 ;;
  esac
}

run_session() { # [ARG…]
  local started
  check_arguments "$@"
  find_program || die 1 "claude is not installed" \
    "npm install -g @anthropic-ai/claude-code, or: claude-local-setup config set claude.path PATH"
  read_key
  check_rules
  if needs_server "$@"; then check_server; fi
  session_rules
  set_context ''
  if is_jailed; then
    make_jail
    write_rules && jail+=(--ro-bind "$session_dir/enforced.json" "$enforced")
    started=$EPOCHSECONDS
    start_in_jail "$program" --settings "$home/.claude-local/enforced.json" "$@"
    report_planted "$started"
  else
    # Nothing confines what a project would start unasked: its MCP servers and hooks stay off.
    write_rules && enforced=$session_dir/enforced.json
    run_unjailed --settings "$enforced" --strict-mcp-config "$@"
  fi
  set_context ''
}

run_command() { # COMMAND [ARG…]
  is_jailed || die 2 "level $level has no jail" "claude-local-setup config set isolation.level session"
  find_program
  read_key
  make_jail
  start_in_jail "$@"
}

is_jailed() { [[ $level == session || $level == strict ]]; }

has_tools() { command -v "$bwrap" >/dev/null && command -v socat >/dev/null; }

make_jail() {
  has_tools || die 1 "bubblewrap or socat is missing" "claude-local-setup apply"
  [[ -f $filter && ! -L $filter && -r $filter && -s $filter ]] || die 1 "$filter is missing" "claude-local-setup apply"
  make_session_dir
  find_git
  find_ides
  plan_relays
  build_environment
  build_jail
  start_relays
}

start_in_jail() { # COMMAND [ARG…]: sets result
  local variable arguments entry=() news=/dev/null
  cd -P -- "$cwd" || die 1 "$cwd cannot be entered" "cd to a project"
  for variable in "${environment[@]}"; do jail+=(--setenv "${variable%%=*}" "${variable#*=}"); done
  # Ctrl-C is for the command, which may go on; bubblewrap, which does not know it, would end the jail.
  trap '' INT QUIT
  set -- /usr/bin/env --default-signal=INT,QUIT "$@"
  if [[ $network == private ]]; then
    entry=(/bin/sh -c "$inside" claude-local "${relays[@]}" -- "${publish[@]}" --)
  fi
  # Through a pipe: the environment holds the key, and arguments are seen by everybody.
  exec {arguments}< <(printf '%s\0' --clearenv "${jail[@]}")
  coproc WATCH { watch_ides; } 2>/dev/null # nobody who reads what the session says waits for it
  trap - EXIT # from now on the watcher removes what the session leaves, however it ends
  # Opened anew: a copy of that descriptor would close when another program starts.
  [[ $network == private ]] && news=/proc/$$/fd/${WATCH[0]}
  network_around
  "${apart[@]}" "${around[@]}" "$bwrap" --args "$arguments" --seccomp 9 -- "${entry[@]}" "$@" 9<"$filter" 8<"$news"
  result=$?
  # Said in a subshell: what a session has planted is named all the same.
  ((result == 0)) || can_jail || (die 1 "no jail can be started on this machine" "claude-local-setup verify says why")
}

close_inherited() { # nothing that the caller has open goes along, but for the three standard streams
  local fd
  for fd in "/proc/$$/fd/"*; do
    fd=${fd##*/}
    ((fd > 2 && fd != 255)) && exec {fd}>&-
  done
}

run_unjailed() { # [ARG…]: levels config and bash; sets result
  local name
  if [[ $level == bash ]]; then
    has_tools || die 1 "bubblewrap or socat is missing" "claude-local-setup apply"
    bwrap --ro-bind / / --unshare-user --unshare-net true 2>/dev/null || die 1 "the built-in sandbox cannot work here" "claude-local-setup verify says why"
  fi
  build_environment
  for name in $(compgen -e); do
    case $name in ANTHROPIC_* | CLAUDE* | DISABLE_* | AWS_BEARER_TOKEN_BEDROCK) unset "$name" ;; esac
  done
  for name in "${environment[@]}"; do export "${name?}"; done
  cd -P -- "$cwd" || die 1 "$cwd cannot be entered" "cd to a project"
  "$program" "$@"
  result=$?
}
