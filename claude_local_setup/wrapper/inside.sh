#!/bin/bash -p
# Runs in the jail, as text given to a new shell: the inner ends of the relays, then the command.
# Arguments: RELAY… -- PORT… -- COMMAND [ARG…]. On file descriptor 8 comes a line for each relay that is added while the
# session runs.
set -u
session_path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
shared=/run/claude-local

listen() { # RELAY: its inner end
  local number address port
  read -r number address port _ <<<"$1"
  [[ $address == *:* ]] && address=[$address]
  (setsid socat "TCP-LISTEN:$port,bind=$address,reuseaddr,freebind,fork" "UNIX-CONNECT:$shared/$number" \
    </dev/null >/dev/null 2>&1 8<&- &)
}

publish() { # PORT of the jail's own
  (setsid socat "UNIX-LISTEN:$shared/published/$1,fork,mode=600" "TCP:127.0.0.1:$1" </dev/null >/dev/null 2>&1 8<&- &)
}

listen_for_more() { # beside the command, as long as it runs
  (
    trap '' INT QUIT TSTP HUP
    (while read -ru 8 relay; do listen "$relay"; done) </dev/null >/dev/null 2>&1 &
  )
}

wait_for() { # RELAY…: until both ends of each are there
  local relay try ready
  for ((try = 0; try < 800; try++)); do
    count_listeners
    ready=$((REPLY >= $#))
    for relay; do [[ -S $shared/${relay%% *} ]] || ready=0; done
    ((ready)) && return
    ((try < 300)) || sleep 0.01
  done
  echo "claude-local: a relay did not come up: try again; if it stays so: apt-get install --reinstall socat" >&2
  exit 71
}

count_listeners() { # sets REPLY; nothing else listens in this network yet. /proc/net/tcp has the ports, but costs 5 ms a look
  local table name count
  REPLY=0
  for table in /proc/net/sockstat /proc/net/sockstat6; do
    [[ -r $table ]] || continue
    while read -r name _ count _; do
      case $name in TCP: | TCP6:) REPLY=$((REPLY + count)) ;; esac
    done <"$table"
  done
}

relays=()
while [[ $1 != -- ]]; do
  listen "$1"
  relays+=("$1")
  shift
done
shift
while [[ $1 != -- ]]; do
  publish "$1"
  shift
done
shift
listen_for_more
wait_for "${relays[@]}"
exec 8<&-
PATH=$session_path
exec "$@"
