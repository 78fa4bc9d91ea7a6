#!/bin/sh
# Installs claude-local-setup for this user, in a virtual environment of its own, then runs `claude-local-setup init` (at a
# terminal, where nothing has been chosen yet) or `apply`. Arguments go to apply: ./install.sh -y, ./install.sh --dry-run.
# Where Python or its venv is missing it offers, at a terminal, to have apt install that; with -y it does so unasked.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
venv=${XDG_DATA_HOME:-$HOME/.local/share}/claude-local-setup/venv
new=$venv.new # made beside it: if that fails, what was there goes on working
command=$HOME/.local/bin/claude-local-setup
case " $* " in *" -y "* | *" --yes "*) sure=1 ;; *) sure= ;; esac
making="making an environment of its own" filling="fetching the packages it needs"

stop() { # PROBLEM REMEDY
  printf 'install.sh: %s\n  remedy: %s\n' "$1" "$2" >&2
  exit 1
}

alive() { # WHAT COMMAND...: says what is at work, at a terminal with a dot a second
  printf 'install.sh: %s' "$1" >&2 && shift
  dots=
  if [ -t 2 ]; then
    while kill -0 $$ && sleep 1 && printf .; do :; done >&2 2>/dev/null &
    dots=$!
  fi
  status=0
  "$@" || status=$?
  [ -z "$dots" ] || kill "$dots" || :
  echo >&2
  return "$status"
}

apt='apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install "$@" >/dev/null'

offer() { # PROBLEM PACKAGE...: returns once they are installed
  problem=$1 && shift
  if { [ -t 0 ] || [ "$sure" ]; } && command -v apt-get >/dev/null && command -v sudo >/dev/null; then
    printf 'install.sh: %s. Install it? sudo apt-get install -y %s [Y/n] ' "$problem" "$*" >&2
    if [ "$sure" ]; then answer=yes && echo yes >&2; else read -r answer || answer=no; fi
    case $answer in '' | [Yy]*) sudo true && alive "installing $*" sudo sh -c "$apt" install "$@" && return ;; esac
  fi
  stop "$problem" "sudo apt-get install -y $*, then run ./install.sh again"
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }

find_python() {
  for python in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
    if is_new_enough "$python"; then
      command -v "$python"
      return
    fi
  done
  return 1
}

make_environment() { # with whatever Python tooling is there; if one kind fails, with the next
  made_by_uv || made_by_venv || made_by_virtualenv
}

works() { "$new/bin/python" -I -m claude_local_setup --version >/dev/null 2>&1; }

made_by_uv() {
  command -v uv >/dev/null 2>&1 || return
  # Trust what the machine trusts, as pip does here: many companies have a certificate of their own.
  export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS-1}" UV_NATIVE_TLS="${UV_NATIVE_TLS-1}"
  uv_install || (without_uv_settings && uv_install)
}

uv_install() {
  alive "$making" uv venv -q --clear --python "$python" "$new" &&
    alive "$filling" uv pip install -q --python "$new/bin/python" "$here" && works
}

without_uv_settings() { # but for those that say where packages come from
  for name in $(env | sed -n 's/^\(UV_[A-Z0-9_]*\)=.*/\1/p'); do
    case $name in *INDEX* | *CERT* | *KEYRING* | UV_FIND_LINKS | UV_NATIVE_TLS | UV_INSECURE_HOST | UV_CACHE_DIR) ;; *) unset "$name" ;; esac
  done
  export UV_NO_CONFIG=1
}

has_venv() { "$python" -c 'import ensurepip' 2>/dev/null; }

made_by_venv() { has_venv && alive "$making" "$python" -m venv --clear "$new" && pip_install; }

made_by_virtualenv() {
  if command -v virtualenv >/dev/null 2>&1; then
    alive "$making" virtualenv -q --clear -p "$python" "$new" && pip_install
  else
    ! has_venv && offer "this Python has no venv" python3-venv && made_by_venv
  fi
}

pip_install() {
  alive "$filling" "$new/bin/python" "$here/claude_local_setup/entries/scripts/pip.py" install -q \
    --disable-pip-version-check "$here" && works
}

make_command() { # one that finds its own environment: the start scripts that pip writes fail in a path with a `$`
  cat >"$new/claude-local-setup" <<'END'
#!/bin/sh
exec "$(dirname -- "$(readlink -f -- "$0")")/bin/python" -I -m claude_local_setup "$@"
END
  chmod 755 "$new/claude-local-setup"
  rm -rf -- "$venv.old"
  [ ! -e "$venv" ] || mv -- "$venv" "$venv.old"
  mv -- "$new" "$venv"
  rm -rf -- "$venv.old"
  ln -sfn -- "$venv/claude-local-setup" "$command"
}

[ -d "${HOME:-}" ] || stop "HOME does not name a folder" 'export HOME="$(getent passwd "$(id -u)" | cut -d: -f6)"'
python=$(find_python) || { offer "Python 3.10 or newer is needed" python3 python3-venv && python=$(find_python); } ||
  stop "the distribution's python3 is older than 3.10" "install a newer one, then run ./install.sh again"
mkdir -p -- "$(dirname -- "$venv")" "$HOME/.local/bin" || stop "your home cannot be written" "ls -ld ~ ~/.local"
if [ -e "$command" ] && [ ! -L "$command" ]; then
  stop "$command is in the way" "mv $command $command.old"
fi
make_environment || stop "the packages could not be installed" "see the lines above; is a package index reachable?"
make_command
if [ $# -eq 0 ] && [ -t 0 ] && [ ! -e "${XDG_CONFIG_HOME:-$HOME/.config}/claude-local-setup/config.toml" ]; then
  exec "$command" init
fi
exec "$command" apply "$@"
