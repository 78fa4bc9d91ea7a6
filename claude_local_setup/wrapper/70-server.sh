# The server, asked before a session starts: Claude Code itself would retry in silence, for minutes.

check_server() { # ends with the reason unless the server is ready; sets context_tokens where the server knows it
  local reply status
  ask_server /props
  case $status in
    "") die 1 "no server answers at $base_url" "start llama-server there, or: claude-local-setup config set server.base_url URL" ;;
    503) die 1 "the server at $base_url is still loading its model" "wait a moment and start again" ;;
    401 | 403) die 1 "the server at $base_url refuses the key" "claude-local-setup config set server.auth_token KEY, then claude-local-setup apply" ;;
  esac
  if ((context_tokens == 0)) && [[ $status == 200 && $reply =~ \"n_ctx\"[[:space:]]*:[[:space:]]*([1-9][0-9]{0,8})[^0-9] ]]; then
    context_tokens=${BASH_REMATCH[1]}
  fi
  return 0
}

ask_server() { # PATH: sets status ("" if nobody answers) and reply
  local address=TCP:$server_host:$server_port host=$server_host line
  [[ $server_host == *:* ]] && host=[$server_host] && address=TCP6:[$server_host]:$server_port
  [[ $server_scheme == https ]] && address=OPENSSL:$host:$server_port,verify=1,commonname=$server_host
  status=''
  # The key goes through the pipe: an argument would be seen by everybody on the machine.
  reply=$(printf 'GET %s HTTP/1.0\r\nHost: %s:%s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n' \
    "$server_path$1" "$host" "$server_port" "$auth_token" | socat -T 3 -t 3 - "$address,connect-timeout=3" 2>/dev/null | tr -d '\0')
  line=${reply%%$'\n'*}
  [[ $line =~ ^HTTP/[0-9.]+\ ([0-9]{3}) ]] && status=${BASH_REMATCH[1]}
}

read_key() { # sets auth_token; the file is nobody else's, this script is everybody's
  [[ -f $enforced && ! -L $enforced && -r $enforced && -O $enforced ]] || die 1 "$enforced is missing" "claude-local-setup apply"
  local text
  text=$(<"$enforced")
  [[ $text =~ \"ANTHROPIC_AUTH_TOKEN\":\ \"([^\"\\]+)\" ]] || die 1 "$enforced is damaged" "claude-local-setup apply"
  auth_token=${BASH_REMATCH[1]}
}
