# What verify tries on a host: everything that only trying can tell. Leaves nothing behind.
# Arguments: FOLDER in which a workspace may be made, the battery's script, then the shells to ask ("bash", "zsh", "fish").
# Answer: lines "KEY BASE64", as the probe gives them; what could not be tried has no line.
LC_ALL=C
export LC_ALL
wrapper=$HOME/.local/bin/claude-local
folder=$1 battery=$2
shift 2

say() { printf '%s ' "$1" && base64 -w 0 && echo; }

work=$(mktemp -d "$folder/.claude-local-verify.XXXXXX") || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 1' HUP INT TERM

userns() { # which stage of a jail fails, in bubblewrap's own words
  bwrap --unshare-user --ro-bind / / true 2>&1 && bwrap --unshare-user --unshare-net --ro-bind / / true 2>&1 && echo ok
}

ask_shell() { # a fresh login shell, as a new terminal starts one
  timeout -k 1 20 setsid "$1" -lic 'command -v claude-local >/dev/null && echo found; type claude 2>/dev/null | grep -q claude-local && echo shadowed; env | grep -q "^ANTHROPIC_" && echo leaks; case ":$PATH:" in *":$HOME/.local/bin:"*) echo path ;; esac' </dev/null 2>/dev/null
}

ask_fish() {
  timeout -k 1 20 setsid fish -lic 'type -q claude-local; and echo found; env | grep -q "^ANTHROPIC_"; and echo leaks; contains -- $HOME/.local/bin $PATH; and echo path' </dev/null 2>/dev/null
}

try_boundary() { # the battery in the real jail, with things of the host's beside it that it must not reach
  mkdir -p "$work/workspace/.git/hooks" "$work/workspace/.git/objects" "$work/workspace/.git/refs" \
    "$work/workspace/.vscode" "$work/workspace/.claude" "$work/outside"
  echo "ref: refs/heads/main" >"$work/workspace/.git/HEAD"
  echo "[core]" >"$work/workspace/.git/config"
  echo "{}" >"$work/workspace/.claude/settings.json"
  : >"$work/workspace/.envrc"
  : >"$work/outside/file"
  socat "UNIX-LISTEN:$work/outside/socket,fork" SYSTEM:'echo reached' >/dev/null 2>&1 &
  unix_listener=$!
  port=$((20000 + $$ % 20000))
  socat "TCP-LISTEN:$port,bind=127.0.0.1,fork" SYSTEM:'echo reached' >/dev/null 2>&1 &
  tcp_listener=$!
  cd "$work/workspace" || exit 1
  tries=0
  while [ ! -S "$work/outside/socket" ] && [ $tries -lt 100 ]; do sleep 0.02; tries=$((tries + 1)); done
  timeout 60 "$wrapper" --jail sh -c "$battery" battery "$work/outside" "$port" "$$" 2>&1 </dev/null
  kill "$unix_listener" "$tcp_listener"
}

userns | say userns
[ -x "$wrapper" ] && "$wrapper" --check-server 2>&1 | say server
claude=$(PATH="$PATH:$HOME/.local/bin:/usr/local/bin" command -v claude) && timeout 20 "$claude" --version 2>/dev/null </dev/null | say claude_version
for shell; do
  command -v "$shell" >/dev/null || continue
  case $shell in fish) ask_fish ;; *) ask_shell "$shell" ;; esac | say "shell_$shell"
done
[ -n "$battery" ] && [ -x "$wrapper" ] && try_boundary | say boundary
echo "end Cg=="
