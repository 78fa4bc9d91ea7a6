# The private network: a namespace of the jail's own, and one relay for each port that reaches through.
# A relay is two socats and a socket between them: outside it connects to the real place, inside it listens there.

relays=()          # "NUMBER ADDRESS PORT HOST": HOST:PORT outside is ADDRESS:PORT inside
inner_hosts=()     # "ADDRESS NAME": where the names of other machines lead inside
inner_addresses=() # addresses of other machines that the jail's loopback takes on
session_dir=

plan_relays() {
  local port
  [[ $network == private ]] || return 0
  add_relay "$server_host" "$server_port"
  [[ -n $management_host && $level != strict ]] && add_relay "$management_host" "$management_port"
  for port in "${ports[@]}"; do add_relay 127.0.0.1 "$port"; done
}

add_relay() { # HOST PORT, as the user wrote them
  local relay
  inner_address "$1"
  for relay in "${relays[@]}"; do [[ $relay == *" $REPLY $2 "* ]] && return; done
  relays+=("${#relays[@]} $REPLY $2 $1")
}

inner_address() { # HOST: sets REPLY to the address that stands for it inside
  local entry
  case $1 in
    localhost | 127.*) REPLY=127.0.0.1 ;;
    *:*) REPLY=::1 ;;
    *[!0-9.]*)
      for entry in "${inner_hosts[@]}"; do
        REPLY=${entry% *}
        [[ ${entry#* } == "$1" ]] && return
      done
      REPLY=127.0.1.$((${#inner_hosts[@]} + 1))
      inner_hosts+=("$REPLY $1")
      ;;
    *)
      REPLY=$1
      [[ " ${inner_addresses[*]} " == *" $1 "* ]] || inner_addresses+=("$1")
      ;;
  esac
}

start_relays() { # the outer ends; they end with this process, however it ends
  local relay number port host
  ((${#relays[@]})) || return 0
  make_session_dir
  for relay in "${relays[@]}"; do
    read -r number _ port host <<<"$relay"
    [[ $host == *:* ]] && host=[$host]
    # In a session of its own: Ctrl-C and Ctrl-Z are for the command in the jail.
    setsid setpriv --pdeathsig KILL socat "UNIX-LISTEN:$session_dir/$number,fork,mode=600" "TCP:$host:$port" \
      </dev/null >/dev/null 2>&1 &
  done
}

make_session_dir() { # for the relays' sockets; those of sessions that were killed are removed
  local base=${XDG_RUNTIME_DIR-} old
  [[ $base == /* && -O $base && -w $base ]] || base=/tmp
  for old in "$base/claude-local-$uid-"*; do
    [[ -O $old && ! -L $old && ! -d /proc/${old##*-} ]] && rm -rf -- "$old"
  done
  session_dir=$base/claude-local-$uid-$$
  mkdir -m 700 -- "$session_dir" || die 1 "cannot make $session_dir" "ls -ld $base"
  trap 'rm -rf -- "$session_dir"' EXIT
}

see_network() { # a network of its own, with the inner ends' sockets and the names that lead to them
  [[ $network == private ]] || return 0
  jail+=(--unshare-net)
  [[ -n $session_dir ]] && jail+=(--ro-bind "$session_dir" /run/claude-local)
  if ((${#inner_hosts[@]})) && [[ -n $session_dir ]]; then
    { cat /etc/hosts && printf '%s\n' "${inner_hosts[@]}"; } >"$session_dir/hosts" ||
      die 1 "cannot write $session_dir" "df $session_dir"
    resolve /etc/hosts && jail+=(--ro-bind "$session_dir/hosts" "$REPLY")
  fi
  # To take on an address; enter_jail gives both up before the command starts.
  ((${#inner_addresses[@]})) && jail+=(--cap-add CAP_NET_ADMIN --cap-add CAP_SETPCAP)
}

# Runs in the jail, given to a new shell as text: the inner ends, then the command.
enter_jail() { # RELAY… -- ADDRESS… -- COMMAND [ARG…]
  local number address port relay hex a b c d waiting=() drop=() session_path=$PATH
  PATH=/usr/sbin:/usr/bin:/sbin:/bin
  while [[ $1 != -- ]]; do
    waiting+=("$1")
    shift
  done
  shift
  while [[ $1 != -- ]]; do
    ip address add "$1/32" dev lo || exit 71
    drop=(setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all)
    shift
  done
  shift
  for relay in "${waiting[@]}"; do
    read -r number address port _ <<<"$relay"
    [[ $address == *:* ]] && address=[$address]
    (setsid socat "TCP-LISTEN:$port,bind=$address,reuseaddr,fork" "UNIX-CONNECT:/run/claude-local/$number" \
      </dev/null >/dev/null 2>&1 &)
  done
  for relay in "${waiting[@]}"; do
    read -r number address port _ <<<"$relay"
    IFS=. read -r a b c d <<<"$address"
    printf -v hex ' %02X%02X%02X%02X:%04X ' "$d" "$c" "$b" "$a" "$port" # as the kernel prints it
    wait_for "$hex" "/run/claude-local/$number"
  done
  ((${#drop[@]})) && drop[0]=$(command -v setpriv)
  PATH=$session_path
  exec "${drop[@]}" "$@"
}

wait_for() { # LISTENER SOCKET: until both ends of a relay are there
  local tries lines
  for ((tries = 0; tries < 600; tries++)); do
    mapfile -t lines </proc/net/tcp
    [[ "${lines[*]}" == *"$1"* && -S $2 ]] && return
    ((tries < 200)) || sleep 0.01
  done
  echo "claude-local: a relay did not come up: try again; if it stays so: apt-get install --reinstall socat" >&2
  exit 71
}
