# What is there on a host: one read-only script, one round trip. It asks, it never judges and never writes.
# Arguments: the managed paths, "~/…" standing for the home directory.
# Answer: lines "KEY BASE64"; the base64 hides any byte, so that no file name or content can forge a line.
LC_ALL=C
export LC_ALL
umask 077
exec 2>/dev/null

without_windows() { # PATH, in WSL: what is on Windows' drives is no program of this machine's
  drives=$(awk '$1 ~ /^drvfs/ || $4 ~ /aname=drvfs/ { print $2 }' /proc/mounts)
  rest=$PATH:
  while [ -n "$rest" ]; do
    entry=${rest%%:*} rest=${rest#*:}
    for drive in $drives; do
      case $entry/ in "$drive"/*) continue 2 ;; esac
    done
    printf ':%s' "$entry"
  done
}
case $(uname -r) in *icrosoft*)
  path=$(without_windows)
  PATH=${path#:}
  ;;
esac

say() { printf '%s ' "$1" && base64 -w 0 && echo; }

home=$(cd -P -- "$HOME" && pwd -P) || exit 1
case $home in /*) ;; *) exit 1 ;; esac

count=$#
while [ "$count" -gt 0 ]; do # "~/x" becomes "$HOME/x", in place
  case $1 in
    \~) set -- "$@" "$HOME" ;;
    \~/*) set -- "$@" "$HOME/${1#\~/}" ;;
    *) set -- "$@" "$1" ;;
  esac
  shift
  count=$((count - 1))
done

uid=$(id -u)
login_shell=$(getent passwd "$uid")
login_shell=${login_shell##*:}

line() { # the first line of a kernel setting, empty where this kernel has none
  cat -- "$1" # not `read`: dash asks byte by byte, and the kernel answers the first one only
}

find_claude() { # where the user's shell finds the normal claude; the login shell is asked only if PATH has none
  found=$(PATH="$PATH:$HOME/.local/bin:/usr/local/bin" command -v claude)
  case $found in
    /*) ;;
    *) found=$(setsid timeout -k 1 10 "$login_shell" -lic 'command -v claude' </dev/null | grep '^/' | tail -n 1) ;;
  esac
  [ -n "$found" ] || { [ -x "$HOME/.claude/local/claude" ] && found=$HOME/.claude/local/claude; }
  printf '%s' "$found"
}

label() { # what runs "$@", in AppArmor's words
  "$@" cat /proc/self/attr/apparmor/current ||
    { [ "$(line /sys/module/apparmor/parameters/enabled)" = Y ] && "$@" cat /proc/self/attr/current; }
}
around() { # what confines this very process: a profile of AppArmor's, or a filter as containers have one
  own=$(label)
  case $own in
    unconfined | '' | *' (unconfined)') grep -q '^Seccomp:[[:space:]]*[12]' /proc/self/status && echo 'a seccomp filter' ;;
    *) echo "the AppArmor profile $own" ;;
  esac
}
python3_real() { # where it leads: a name with its version; asked where the name has none
  real=$(readlink -e /usr/bin/python3)
  case $real in
    '' | */python3.*) echo "$real" ;;
    *) /usr/bin/python3 -ISc 'import sys; print("/usr/bin/python%d.%d" % sys.version_info[:2])' ;;
  esac
}
copy=/usr/lib/claude-local/bwrap
copy_label() { [ -x "$copy" ] && label "$copy" --dev-bind / / -- </dev/null; }

ask_userns() { # whether a jail can start, in the words of what refuses it; asked where AppArmor may be in the way
  [ "$(line /proc/sys/kernel/apparmor_restrict_unprivileged_userns)" = 1 ] || return
  if command -v bwrap >/dev/null; then set -- bwrap --unshare-user --unshare-net --ro-bind / / true; else set -- true; fi
  plain unshare --user --map-current-user --mount --propagation private -- "$@" 2>&1 </dev/null && echo ok
}
plain() ( # as it runs from a plain terminal: the profile of an editor may allow more, and all that it starts has it
  { printf "exec unconfined" >/proc/self/attr/apparmor/exec; } 2>/dev/null
  exec sh -c 'exec "$@"' sh "$@"
)

# Where a model server is to be installed, or is: what the machine is fit for, and which servers there are.
machine() {
  case $looks in
    '') printf '%s=\0' venv libgomp llama_server llama_fits llama_tools ggml_vulkan user_manager server_unit listens memory \
      gpu_memory disk_free glibc avx512 ;;
    *)
      llama_server=$(PATH="$PATH:$HOME/.local/bin:/usr/local/bin" command -v llama-server)
      printf '%s\0' "venv=$(/usr/bin/python3 -c 'import ensurepip, venv' && echo 1)" \
        "libgomp=$(find /usr/lib /usr/lib64 -maxdepth 2 -name libgomp.so.1 | head -n 1)" \
        "llama_server=$llama_server" "llama_fits=$(llama_fits "$llama_server")" \
        "llama_tools=$(installed llama.cpp-tools)" "ggml_vulkan=$(installed libggml0-backend-vulkan)" \
        "user_manager=$(user_manager)" "server_unit=$(user_systemd is-active claude-local-server.service)" \
        "listens=$(listens | tr '\n' ' ')" "memory=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)" \
        "gpu_memory=$(gpu_memory | tr '\n' ' ')" "disk_free=$(df -Pk -- "$home" | awk 'END { print $4 }')" \
        "glibc=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)" "avx512=$(grep -om1 avx512f /proc/cpuinfo)"
      ;;
  esac
}
llama_fits() { # it came to know /v1/messages days before this flag
  [ -n "$1" ] && timeout 10 "$1" --help | grep -qe '^--models-dir' && echo 1
}
installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" | grep -x installed; }
user_systemd() { XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$uid} systemctl --user "$@"; }
user_manager() { # one that reads this home's units
  user_systemd show --property=UnitPath --value | grep -qF "$HOME/.config/systemd/user" && echo 1
}
listens() { awk 'FNR > 1 && $4 == "0A" { sub(/.*:/, "", $2); print $2 }' /proc/net/tcp /proc/net/tcp6 | sort -u; }
gpu_memory() { # in bytes, a line each
  cat /sys/class/drm/card*/device/mem_info_vram_total
  timeout 10 nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits | awk '{ printf "%.0f\n", $1 * 1048576 }'
}
looks=
for path; do [ "$path" != "$HOME/.local/share/claude-local-server/server.json" ] || looks=1; done

claude=$(find_claude)
system=$(uname -rm)
zsh_rc=${ZDOTDIR:-$HOME}/.zshrc
fish_rc=${XDG_CONFIG_HOME:-$HOME/.config}/fish/config.fish
config=${XDG_CONFIG_HOME:-$HOME/.config}/claude-local-setup/config.toml
for path in "$zsh_rc" "$fish_rc" "$config"; do # each with the folders above it
  while [ -n "$path" ] && [ "$path" != "$HOME" ]; do
    set -- "$@" "$path"
    path=${path%/*}
  done
done
{ printf '%s\0' \
  format=1 "home=$HOME" "real_home=$home" "uid=$uid" "shell=$login_shell" \
  "zsh_rc=$zsh_rc" "fish_rc=$fish_rc" "config=$config" \
  "arch=${system#* }" "kernel=${system%% *}" \
  "bwrap=$(command -v bwrap)" "socat=$(command -v socat)" "squid=$(PATH="$PATH:/usr/sbin" command -v squid)" "apt=$(command -v apt-get)" "sudo=$(command -v sudo)" "admin=$(id -nG | grep -qwE 'sudo|wheel|admin|root' && echo 1)" \
  "apparmor=$(line /proc/sys/kernel/apparmor_restrict_unprivileged_userns)" \
  "userns_clone=$(line /proc/sys/kernel/unprivileged_userns_clone)" \
  "max_userns=$(line /proc/sys/user/max_user_namespaces)" \
  "userns=$(ask_userns)" "around=$(around)" "copy_label=$(copy_label)" "npm=$(command -v npm)" "python3=$(python3_real)" "git=$(command -v git)" \
  "loader=$(command -v curl || command -v wget)" \
  "certificates=$([ -s /etc/ssl/certs/ca-certificates.crt ] || [ -s /etc/pki/tls/certs/ca-bundle.crt ] && echo 1)" \
  "bwrap_copy=$(cmp -s /usr/bin/bwrap "$copy" && echo same)" \
  "uid_min=$(awk '$1 == "UID_MIN" { print $2 }' /etc/login.defs)" \
  "claude=$claude" "claude_real=$(readlink -f -- "$claude")" && machine; } \
  | say facts
say os_release </etc/os-release

names() { # of what lies in the folders of the paths given, but for those above the home
  xargs -0 dirname -z -- | sort -zu | xargs -0 sh -c 'for folder; do
    shift
    case $0/ in "$folder"/?*) continue ;; esac
    [ "$folder" = / ] || set -- "$@" "$folder"
  done
  [ $# -eq 0 ] || find "$@" -mindepth 1 -maxdepth 1 -printf "%h\0%f\0"' "$home"
}

stat --printf='%n\0%F\0%a\0%u\0' -- "$@" | say entries
stat -L --printf='%n\0%F\0%a\0%u\0' -- "$@" | say targets
printf '%s\0' "$@" | say asked
readlink -m -z -- "$@" | say real # where each path leads, also through a folder that is a link
find "$@" -maxdepth 0 -type l -printf '%p\0%l\0' | say links
{
  readlink -m -z -- "$@" | names
  find "$home/.claude-local/workspaces" -mindepth 2 -maxdepth 2 -name caches -printf '%h\0%f\0' # of sessions
} | say names
for path; do
  [ -r "$path" ] && printf '%s\0' "r:$path"
  [ -w "$path" ] && printf '%s\0' "w:$path"
done | say allowed

files() { # FORMAT PATH…: those whose content is asked for; one over 16 MiB is nobody's settings
  format=$1
  shift
  find -L "$@" -maxdepth 0 -type f -readable -size -16385k -printf "$format"
}
files '%p\0%s\0' "$@" | say files
files '%p\0' "$@" | xargs -0 -r cat -- | say contents # one after the other: the sizes tell them apart

# The normal claude: what the user made, byte by byte; the rest (sessions, logs) by name, size and time.
mine() { # paths below ~/.claude that hold settings and instructions
  cd "$HOME/.claude" && find . \( -path ./projects -o -path ./ide -o -path ./plugins/cache -o -path ./shell-snapshots \) \
    -prune -o -type f \( -name '*.md' -o -name 'settings*.json' -o -name 'keybindings.json' \) -print0 | sort -z
}
{ (mine | (cd "$HOME/.claude" && xargs -0 -r sha256sum)); readlink -- "$HOME/.claude"; } | sha256sum | say normal_settings
{ [ -n "$claude" ] && printf '%s\n' "$claude" && stat -L -c '%s %Y' -- "$claude"; } | say normal_program
{ find "$HOME/.claude" "$HOME/.claude.json" -printf '%p %y %s %T@ %m\n' | sort; } | sha256sum | say normal_state
grep -slx claude /proc/[0-9]*/comm | wc -l | say normal_running

programs() { # the session programs that are there, each with the digest of its files
  for folder in "$HOME/.local/share/claude-local/program-"*/session; do
    [ -d "$folder" ] || continue
    printf '%s\0' "$folder"
    (cd "$folder" && find . -name __pycache__ -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1 | tr '\n' '\0')
  done
}
programs | say programs

sessions() { # of this home: the wrapper's own processes
  grep -slx claude-local /proc/[0-9]*/comm | while read -r running; do
    running=${running%/comm}
    tr '\0' '\n' <"$running/cmdline" | grep -qxF -- "$HOME/.local/bin/claude-local" && echo "${running#/proc/}"
  done
}
sessions | say sessions
grep -h ' 0A ' /proc/net/tcp /proc/net/tcp6 | say listening # sockets that listen, each with its user
echo "end Cg=="
