# What verify tries on a host: everything that only trying can tell. Leaves nothing behind.
# Arguments: FOLDER in which a workspace may be made, the battery's script, then the shells to ask ("bash", "zsh", "fish").
# No two backslashes side by side: on the way through a login shell fish makes one of them.
# Answer: lines "KEY BASE64", as the probe gives them; what could not be tried has no line.
LC_ALL=C
export LC_ALL
wrapper=$HOME/.local/bin/claude-local
folder=$1 battery=$2
shift 2

say() { printf '%s ' "$1" && base64 -w 0 && echo; }

for left in "$folder/.claude-local-verify."*; do # of a run that was killed: its process is no more
  running=${left#"$folder/.claude-local-verify."}
  [ ! -d "$left" ] || grep -qs . "/proc/${running%.*}/cmdline" || rm -rf -- "$left"
done
work=$(mktemp -d "$folder/.claude-local-verify.$$.XXXXXX") || exit 1
in_tmp=$(mktemp) || exit 1
trap 'rm -rf -- "$work" "$in_tmp"' EXIT
trap 'exit 1' HUP INT TERM

bwrap=bwrap
[ ! -x /usr/lib/claude-local/bwrap ] || bwrap=/usr/lib/claude-local/bwrap

userns() { # which stage of a jail fails, in the words of what does
  set -- unshare --user --map-current-user --mount --propagation private --
  [ "$bwrap" = bwrap ] || set -- "$bwrap" --dev-bind / / -- "$@"
  "$@" "$bwrap" --unshare-user --ro-bind / / true 2>&1 && "$@" "$bwrap" --unshare-user --unshare-net --ro-bind / / true 2>&1 && echo ok
}

ask_shell() { # a fresh login shell, as a new terminal starts one
  timeout -k 1 20 setsid "$1" -lic 'command -v claude-local >/dev/null && echo found; type claude 2>/dev/null | grep -q claude-local && echo shadowed; env | grep -q "^ANTHROPIC_" && echo leaks; case ":$PATH:" in *":$HOME/.local/bin:"*) echo path ;; esac' </dev/null 2>/dev/null
}

ask_fish() { # fish keeps its history where it is told to, and makes that folder
  XDG_DATA_HOME=$work/fish timeout -k 1 20 setsid fish -lic 'type -q claude-local; and echo found; env | grep -q "^ANTHROPIC_"; and echo leaks; contains -- $HOME/.local/bin $PATH; and echo path' </dev/null 2>/dev/null
}

make_workspace() { # a repository with all that the jail protects
  mkdir -p "$work/outside" "$work/workspace" && cd "$work/workspace" || exit 1
  git init -q . 2>/dev/null || mkdir -p .git/objects .git/refs
  mkdir -p .git/hooks .git/modules/sub/module/hooks .vscode .idea .claude .own-hooks
  printf '[core]\n\trepositoryformatversion = 0\n\thooksPath = .own-hooks\n' >.git/config
  echo "ref: refs/heads/main" | tee .git/HEAD >.git/modules/sub/module/HEAD
  cp .git/config .git/modules/sub/module/config
  for file in .claude/settings.json .mcp.json .envrc; do echo "{}" >"$file"; done
  : >"$work/outside/file"
}

live_ides() { # the ports of this user's editors that have left a lock and listen
  for lock in "$HOME"/.claude/ide/*.lock; do
    number=${lock##*/}
    number=${number%.lock}
    case $number in '' | *[!0-9]*) continue ;; esac
    grep -Eqs "$(printf ':%04X 00000000:0000 0A' "$number") [^ ]+ [^ ]+ [^ ]+ +$(id -u) " /proc/net/tcp && printf '%s ' "$number"
  done
}

# From out here it must be reached, else it proves nothing that a session does not reach it.
serve() { # FOLDER, two SOCAT ADDRESSes, to listen and to connect there: a service of the host's; false if it does not answer
  (cd "$1" && exec socat "$2,fork" SYSTEM:'echo reached') >/dev/null 2>&1 &
  services="$services $!"
  tries=0
  until (cd "$1" && exec socat -u "$3" -) 2>/dev/null | grep -q reached; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] && kill -0 $! 2>/dev/null || return
    sleep 0.02
  done
}

give_up() { # WHY: nothing is tried
  echo "$1"
  battery=false
}

serve_port() { # sets port: one that is free
  port=$((20000 + $$ % 12000))
  last=$((port + 20))
  until serve / "TCP-LISTEN:$port,bind=127.0.0.1" "TCP:127.0.0.1:$port"; do
    [ $port -lt $last ] || return
    port=$((port + 1))
  done
}

try_boundary() { # the battery in the real jail, with things of the host's beside it that it must not reach
  make_workspace
  services=
  outside=$work/outside
  # By its whole path, as most are; but a socket's has 107 bytes at most, and socat takes some characters for its own.
  named=$(printf '%s' "$outside/socket" | sed "s/[^A-Za-z0-9/]/$(printf '\134\134')&/g")
  [ ${#outside} -le 100 ] || named=socket
  serve "$outside" "UNIX-LISTEN:$named" UNIX-CONNECT:socket &&
    serve "$work/workspace" UNIX-LISTEN:socket UNIX-CONNECT:socket &&
    serve / "ABSTRACT-LISTEN:claude-local-verify-$$" "ABSTRACT-CONNECT:claude-local-verify-$$" &&
    serve_port || give_up "no service of this machine's own can be started with socat"
  battery="$battery
    [ -z \"\$5\" ] || if socat -u OPEN:/dev/null \"TCP:127.0.0.1:\$5\"; then echo ide reached; fi 2>/dev/null"
  CALLERS_SECRET=told CLAUDE_CODE_SSE_PORT=${ides%% *} timeout 60 "$wrapper" --jail sh -c "$battery" \
    battery "$outside" "$port" "$$" "$in_tmp" "${ides%% *}" 2>&1 </dev/null 7<"$outside/file"
  # shellcheck disable=SC2086 # process numbers
  kill $services
}

userns | say userns
[ -x "$wrapper" ] && "$wrapper" --check-server 2>&1 | say server
claude=$(PATH="$PATH:$HOME/.local/bin:/usr/local/bin" command -v claude) && timeout 20 "$claude" --version 2>/dev/null </dev/null | say claude_version
for shell; do
  command -v "$shell" >/dev/null || continue
  case $shell in fish) ask_fish ;; *) ask_shell "$shell" ;; esac | say "shell_$shell"
done
ides=$(live_ides)
printf '%s' "$ides" | say ide
[ -n "$battery" ] && [ -x "$wrapper" ] && try_boundary | say boundary
echo "end Cg=="
