# The private network: a namespace of the jail's own, and one relay for each port that reaches through.
# A relay is two socats and a socket between them: outside it connects to the real place, inside it listens there.

relays=()          # "NUMBER ADDRESS PORT HOST:PORT": HOST:PORT outside is ADDRESS:PORT inside
inner_hosts=()     # "ADDRESS NAME": where the names of other machines lead inside
inner_addresses=() # addresses of other machines that the jail's loopback takes on
inner_proxy=127.0.0.2
making=            # the process that makes session_dir, until it has
session_dir=       # the relays' sockets and all else that lives as long as the session
shared=/run/claude-local
inside='' # value: inside.sh, which starts the inner ends and then the command

plan_relays() {
  local port
  [[ $network == private ]] || return 0
  add_relay "$server_host" "$server_port"
  [[ -n $management_host && $level != strict ]] && add_relay "$management_host" "$management_port"
  for port in "${ports[@]}" "${ide_ports[@]}"; do add_relay 127.0.0.1 "$port"; done
}

add_relay() { # HOST PORT, as the user wrote them
  local relay host=$1
  inner_address "$1"
  for relay in "${relays[@]}"; do [[ $relay == *" $REPLY $2 "* ]] && return; done
  [[ $host == *:* ]] && host=[$host]
  relays+=("${#relays[@]} $REPLY $2 $host:$2")
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

make_session_dir() { # begins it, and removes those of sessions that were killed
  local base=${XDG_RUNTIME_DIR-} old
  # Plain, since socat would take other characters for its own.
  [[ $base =~ ^/[A-Za-z0-9/._-]+$ && -O $base && -w $base ]] || base=/tmp
  for old in "$base/claude-local-$uid-"*; do
    [[ -O $old && ! -L $old && ! -d /proc/${old##*-} ]] && rm -rf -- "$old"
  done
  session_dir=$base/claude-local-$uid-$$
  trap 'rm -rf -- "$session_dir"' EXIT
  mkdir -m 700 -- "$session_dir" "$session_dir/ide" "$session_dir/published" &
  making=$!
}

have_session_dir() { # before the first use of it: it is made while the jail is put together
  [[ -z $making ]] || wait "$making" || die 1 "cannot make $session_dir" "ls -ld ${session_dir%/*}"
  making=
}

beside() { # COMMAND…: runs beside the session and ends with this process, however it ends
  # In a session of its own: Ctrl-C and Ctrl-Z are for the command in the jail.
  setsid setpriv --pdeathsig KILL "$@" </dev/null >/dev/null 2>&1 &
}

start_relays() { # the outer ends
  local relay
  have_session_dir
  [[ $network == private ]] || return 0
  ((${#domains[@]})) && start_proxy
  for relay in "${relays[@]}"; do start_relay "$relay"; done
  ((${#publish[@]})) && start_publishing
  return 0
}

start_relay() { # RELAY
  local number place
  read -r number _ _ place <<<"$1"
  beside socat "UNIX-LISTEN:$session_dir/$number,fork,mode=600" "TCP:$place"
}

start_publishing() { # ports of the jail on this machine's loopback
  # In a file system where nothing else is: the session can put a link in its socket's place.
  local port folder room=(--unshare-user --unshare-pid --unshare-ipc --die-with-parent --cap-drop ALL --ro-bind /usr /usr)
  for folder in /bin /lib /lib32 /lib64 /sbin; do
    if [[ -L $folder ]]; then room+=(--symlink "usr$folder" "$folder"); elif [[ -d $folder ]]; then room+=(--ro-bind "$folder" "$folder"); fi
  done
  for port in "${publish[@]}"; do
    is_free "$port" || die 1 "port $port, which network.publish names, is in use on this machine" "claude-local-setup config edit"
    beside "${apart[@]}" "$bwrap" "${room[@]}" --bind "$session_dir/published" /published \
      socat "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork" "UNIX-CONNECT:/published/$port"
  done
}

is_free() { # PORT of this machine's loopback
  local hex
  printf -v hex ':%04X 00000000:0000 0A' "$1"
  ! grep -qs -- "$hex" /proc/net/tcp
}

start_proxy() { # for the allowed domains: by name, on the web's ports, never this machine or its networks
  # In a file system that it cannot write, without the home: it reads what a session sends. And with a /dev/shm of its own:
  # squid leaves files there, which another user's squid would stumble over.
  local port try room=(--unshare-user --unshare-pid --unshare-ipc --die-with-parent --cap-drop ALL --ro-bind / /
    --dev /dev --proc /proc --tmpfs "$real_home" --tmpfs /tmp --ro-bind "$session_dir" "$session_dir")
  command -v squid >/dev/null || die 1 "squid is missing, which network.domains needs" "claude-local-setup apply"
  for ((try = 0; try < 5; try++)); do
    port=$((20000 + RANDOM % 40000))
    is_free "$port" || continue
    proxy_rules "$port" >"$session_dir/squid.conf"
    beside "${apart[@]}" "$bwrap" "${room[@]}" squid -N -f "$session_dir/squid.conf"
    if await_proxy "$port" "$!"; then
      relays+=("${#relays[@]} $inner_proxy 3128 127.0.0.1:$port")
      return
    fi
  done
  die 1 "the proxy for network.domains did not come up" "squid -N -d1 -f /dev/null shows why"
}

await_proxy() { # PORT PROCESS
  local try
  for ((try = 0; try < 1000; try++)); do
    is_free "$1" || { kill -0 "$2" 2>/dev/null && return; }
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.02
  done
  return 1
}

proxy_rules() { # PORT
  local domain
  printf '%s\n' "http_port 127.0.0.1:$1" "pid_filename none" "cache_log /dev/null" "access_log none" "cache deny all" \
    "cache_mem 8 MB" \
    "memory_cache_shared off" "pinger_enable off" "coredump_dir $session_dir" "visible_hostname claude-local" \
    "shutdown_lifetime 0 seconds" "via off" "forwarded_for delete"
  # -n: by the name that was asked for; an address is never looked up backwards.
  for domain in "${domains[@]}"; do printf 'acl wanted dstdomain -n .%s\n' "$domain"; done
  printf '%s\n' "acl web port 80 443" "acl tls port 443" "acl CONNECT method CONNECT" \
    "acl inside dst 0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16" \
    "acl inside dst 192.0.0.0/24 198.18.0.0/15 224.0.0.0/3 ::/127 ::ffff:0:0/96 64:ff9b::/96 fc00::/7 fe80::/10 ff00::/8" \
    "http_access deny !web" "http_access deny CONNECT !tls" "http_access deny !wanted" "http_access deny inside" \
    "http_access allow all"
}

see_network() { # a network of its own, with the inner ends' sockets and the names that lead to them
  [[ $network == private ]] || return 0
  is_special || jail+=(--unshare-net)
  [[ -n $session_dir ]] || return 0
  jail+=(--ro-bind "$session_dir" "$shared" --bind "$session_dir/published" "$shared/published")
  if ((${#inner_hosts[@]})); then
    have_session_dir
    { cat /etc/hosts && printf '%s\n' "${inner_hosts[@]}"; } >"$session_dir/hosts" ||
      die 1 "cannot write $session_dir" "df $session_dir"
    resolve /etc/hosts && jail+=(--ro-bind "$session_dir/hosts" "$REPLY")
  fi
}

is_special() { # does the jail's loopback take on addresses, or listen on ports below 1024?
  local relay port
  ((${#inner_addresses[@]})) && return
  for relay in "${relays[@]}"; do
    read -r _ _ port _ <<<"$relay"
    ((port < 1024)) && return
  done
  return 1
}

# Around the jail where that is so: whoever makes a network may configure it, and the jail's user namespace, which
# bubblewrap makes twice where there is a /dev, would not be the one that made it.
network_around() { # sets around
  around=()
  [[ $network == private ]] && is_special || return 0
  around=("$bwrap" --unshare-user --unshare-net --die-with-parent --cap-add CAP_NET_ADMIN --dev-bind / / --
    /bin/bash -pc "$(declare -f configure_network)"$'\nconfigure_network "$@"' claude-local "${inner_addresses[@]}" --)
}

configure_network() { # ADDRESS… -- COMMAND…
  PATH=/usr/sbin:/usr/bin:/sbin:/bin
  while [[ $1 != -- ]]; do
    ip address add "$1/32" dev lo || exit 71
    shift
  done
  shift
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start || exit 71
  exec setpriv --inh-caps=-all --ambient-caps=-all "$@"
}
