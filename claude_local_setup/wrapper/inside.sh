# Runs in the jail, as text given to a new sh: the inner ends of the relays, then the command.
# Arguments: RELAY… -- PORT… -- COMMAND [ARG…], a relay being "NUMBER ADDRESS PORT HOST:PORT". On file descriptor 8 comes a
# line for each relay that is added while the session runs.
set -uf
session_path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
shared=/run/claude-local

listen() { # NUMBER ADDRESS PORT HOST:PORT: a relay's inner end
  case $2 in *:*) address=[$2] ;; *) address=$2 ;; esac
  (setsid socat "TCP-LISTEN:$3,bind=$address,reuseaddr,freebind,fork" "UNIX-CONNECT:$shared/$1" \
    </dev/null >/dev/null 2>&1 8<&- &)
}

publish() { # PORT of the jail's own
  (setsid socat "UNIX-LISTEN:$shared/published/$1,fork,mode=600" "TCP:127.0.0.1:$1" </dev/null >/dev/null 2>&1 8<&- &)
}

listen_for_more() { # beside the command, as long as it runs
  (
    trap '' INT QUIT TSTP HUP
    # shellcheck disable=SC2086 # the words of a relay
    (while read -r relay <&8; do listen $relay; done) </dev/null >/dev/null 2>&1 &
  )
}

wait_for() { # NUMBER…: until both ends of each relay are there
  tries=0
  until are_there "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || sleep 0.01
    [ $tries -lt 800 ] && continue
    echo "claude-local: a relay did not come up: try again; if it stays so: apt-get install --reinstall socat" >&2
    exit 71
  done
}

are_there() { # NUMBER…
  count_listeners
  [ "$listeners" -ge $# ] || return
  for number; do [ -S "$shared/$number" ] || return; done
}

count_listeners() { # sets listeners: nothing else listens in this network yet. /proc/net/tcp has the ports, but costs 5 ms
  listeners=0
  for table in /proc/net/sockstat /proc/net/sockstat6; do
    [ -r $table ] || continue
    while read -r name _ count _; do
      case $name in TCP: | TCP6:) listeners=$((listeners + count)) ;; esac
    done <$table
  done
}

numbers=
while [ "$1" != -- ]; do
  # shellcheck disable=SC2086 # the words of a relay
  listen $1
  numbers="$numbers ${1%% *}"
  shift
done
shift
while [ "$1" != -- ]; do
  publish "$1"
  shift
done
shift
listen_for_more
# shellcheck disable=SC2086 # numbers
wait_for $numbers
exec 8<&-
PATH=$session_path
exec "$@"
