# What was asked for: a session, any command in the jail, or what the session could do.

explain() {
  printf 'level      %s\n' "$level"
  printf 'workspace  %s (writable)\n' "$workspace"
  case $level in
    config) printf 'boundary   none: commands and edits are asked for, nothing confines them\n' ;;
    bash) printf 'boundary   Claude Code'\''s own sandbox, for shell commands only\n' ;;
    *) explain_jail ;;
  esac
  printf 'server     %s\n' "$base_url"
}

explain_jail() {
  local item
  find_program
  find_git
  find_ides
  plan_relays
  build_jail
  for item in "${git_dirs[@]}" "$config_dir" "${also_write[@]}"; do printf 'write      %s\n' "$item"; done
  printf 'write      /tmp, /var/tmp, /dev/shm (private, gone afterwards)\n'
  if [[ $level == strict ]]; then
    printf 'read       the system; of your home nothing but the above\n'
    for item in "${also_read[@]}" ${program:+"$program"}; do printf 'read       %s\n' "$item"; done
  else
    printf 'read       the system and your home, but for what is hidden\n'
  fi
  for item in "${hidden[@]}"; do printf 'hidden     %s\n' "$item"; done
  for item in "${kept[@]}"; do printf 'read-only  %s\n' "$item"; done
  explain_network
  printf 'refused    sudo, su, pkexec; typing into the terminal; other processes; sockets of the host\n'
}

explain_network() {
  local relay
  if [[ $network == host ]]; then
    printf 'network    the host'\''s: everything that this machine reaches\n'
    return
  fi
  for relay in "${relays[@]}"; do
    printf 'network    %s\n' "${relay##* }"
  done
  for relay in "${domains[@]}"; do printf 'network    %s and names below it, by http and https\n' "$relay"; done
  printf 'network    nothing else\n'
  for relay in "${publish[@]}"; do printf 'published  port %s, on this machine only\n' "$relay"; done
}

follow_config_dir() { # where it is a link, what binds the session is protected where it really lies
  local cwd=$PWD
  resolve "$config_dir" && config_dir=$REPLY enforced=$REPLY/enforced.json filter=$REPLY/seccomp.bpf
  cd -- "$cwd" 2>/dev/null || true
}

main() {
  result=0
  close_inherited
  follow_config_dir
  ((EUID == uid)) || die 1 "this claude-local belongs to another user" "claude-local-setup apply, as yourself"
  if [[ ${1-} == --check-server ]]; then
    reporting=yes
    read_key
    check_server
    exit
  fi
  find_workspace
  case ${1-} in
    --explain) explain ;;
    --jail)
      shift
      (($#)) || die 2 "--jail needs a command" "claude-local --jail bash"
      run_command "$@"
      ;;
    /*)
      [[ -f $1 && -x $1 ]] || die 2 "$1 is not a program" "claude-local [claude's own arguments]"
      claude=$1
      run_session "${@:2}"
      ;;
    *) run_session "$@" ;;
  esac
  exit "$result"
}

main "$@"
