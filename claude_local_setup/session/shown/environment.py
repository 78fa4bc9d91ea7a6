"""What a session's processes find in their environment: an allow-list, and what apply decided."""

from __future__ import annotations

import os

from . import caches, home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..values import Values

_TERMINALS = """
LANG LANGUAGE LC_ALL LC_CTYPE LC_MESSAGES LC_TIME LC_NUMERIC LC_COLLATE LC_MONETARY LC_MEASUREMENT LC_PAPER LC_NAME
LC_ADDRESS LC_TELEPHONE LC_IDENTIFICATION TERM COLORTERM TERM_PROGRAM TERM_PROGRAM_VERSION TERMINFO TERMINFO_DIRS TZ
USER LOGNAME SHELL EDITOR VISUAL PAGER MANPAGER LESS LS_COLORS GREP_COLORS CLICOLOR CLICOLOR_FORCE NO_COLOR
FORCE_COLOR COLUMNS LINES CLAUDE_CODE_SSE_PORT CLAUDE_CODE_ENTRYPOINT CLAUDE_AGENT_SDK_VERSION
"""
# How tools build and where they look; what may hold an address with a password in it is looked at once more.
_TOOLS = """
CC CXX CPP LD AR NM RANLIB STRIP CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LIBS ARFLAGS MAKEFLAGS GNUMAKEFLAGS PKG_CONFIG
PKG_CONFIG_PATH PKG_CONFIG_LIBDIR ACLOCAL_PATH CMAKE_PREFIX_PATH CMAKE_GENERATOR CMAKE_TOOLCHAIN_FILE CMAKE_BUILD_TYPE
CMAKE_BUILD_PARALLEL_LEVEL CMAKE_EXPORT_COMPILE_COMMANDS CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER
CTEST_OUTPUT_ON_FAILURE LD_LIBRARY_PATH LIBRARY_PATH CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH DESTDIR
PREFIX ARCH CROSS_COMPILE SOURCE_DATE_EPOCH CI MANPATH INFOPATH XDG_DATA_DIRS XDG_CONFIG_DIRS LOCALE_ARCHIVE RUSTFLAGS
RUSTDOCFLAGS RUSTC_WRAPPER RUST_BACKTRACE RUST_LOG RUSTUP_TOOLCHAIN CARGO_TARGET_DIR CARGO_BUILD_JOBS
CARGO_INCREMENTAL CARGO_TERM_COLOR GOFLAGS GOOS GOARCH GOARM GOAMD64 GOEXPERIMENT GOTOOLCHAIN GOWORK GOBIN GOTMPDIR
GOPRIVATE GONOSUMDB GONOPROXY GOMAXPROCS CGO_ENABLED CGO_CFLAGS CGO_LDFLAGS NODE_ENV NODE_OPTIONS NODE_PATH
NODE_VERSION NODE_EXTRA_CA_CERTS NPM_CONFIG_PREFIX npm_config_prefix BABEL_ENV BROWSERSLIST TS_NODE_PROJECT
JEST_JUNIT_OUTPUT PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH PUPPETEER_EXECUTABLE_PATH CHROME_PATH PYTHONPATH
PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED PYTHONUTF8 PYTHONIOENCODING PYTHONHASHSEED PYTHONWARNINGS PYTHONBREAKPOINT
PYTHONFAULTHANDLER PYTEST_ADDOPTS TOX_PARALLEL_NO_SPINNER UV_PYTHON UV_PYTHON_PREFERENCE UV_LINK_MODE
UV_PROJECT_ENVIRONMENT PIPENV_VENV_IN_PROJECT POETRY_VIRTUALENVS_IN_PROJECT VIRTUAL_ENV_PROMPT PIP_REQUIRE_VIRTUALENV
PIP_CONSTRAINT PIP_NO_INDEX PIP_FIND_LINKS CONDA_DEFAULT_ENV CONDA_SHLVL CONDA_PYTHON_EXE CONDA_PROMPT_MODIFIER
MAMBA_EXE PYENV_VERSION PYENV_SHELL PERL5LIB PERL5OPT PERL_LOCAL_LIB_ROOT PERL_MB_OPT PERL_MM_OPT RUBYLIB RUBYOPT
RUBY_VERSION BUNDLE_PATH BUNDLE_GEMFILE BUNDLE_WITHOUT BUNDLE_JOBS RAILS_ENV RACK_ENV RBENV_VERSION MY_RUBY_HOME
JAVA_OPTS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS SBT_OPTS ANT_OPTS ANT_HOME KOTLIN_HOME
SCALA_HOME GROOVY_HOME SDKMAN_CANDIDATES_DIR JAVA_VERSION DOTNET_CLI_TELEMETRY_OPTOUT DOTNET_NOLOGO DOTNET_ROOT_X64
MSBUILDDISABLENODEREUSE PHP_INI_SCAN_DIR COMPOSER_NO_INTERACTION MIX_ENV ERL_LIBS ELIXIR_ERL_OPTIONS R_LIBS
R_LIBS_SITE R_HOME JULIA_PROJECT JULIA_NUM_THREADS JULIA_LOAD_PATH LUA_PATH LUA_CPATH OCAMLPATH CAML_LD_LIBRARY_PATH
OPAM_SWITCH_PREFIX OCAML_TOPLEVEL_PATH GHC_PACKAGE_PATH ZIG_LIB_DIR SWIFT_EXEC FLUTTER_HOME CUDA_HOME CUDA_PATH
CUDA_VISIBLE_DEVICES ROCM_PATH HIP_VISIBLE_DEVICES OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS
NUMEXPR_NUM_THREADS TF_CPP_MIN_LOG_LEVEL TOKENIZERS_PARALLELISM HF_HUB_OFFLINE TRANSFORMERS_OFFLINE
HF_DATASETS_OFFLINE SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO PIP_CERT TEXINPUTS
BIBINPUTS VCPKG_ROOT EMSDK EMSCRIPTEN IDF_PATH ZEPHYR_BASE PICO_SDK_PATH ROS_DISTRO ROS_VERSION AMENT_PREFIX_PATH
COLCON_PREFIX_PATH QT_QPA_PLATFORM QTDIR NIX_PATH NIX_PROFILES NIX_SSL_CERT_FILE IN_NIX_SHELL HOMEBREW_CELLAR
HOMEBREW_REPOSITORY FNM_MULTISHELL_PATH FNM_ARCH NVM_INC NVM_CD_FLAGS ASDF_CONFIG_FILE MISE_SHELL NODENV_VERSION
GVM_ROOT
"""
# Of NODE_OPTIONS, JAVA_TOOL_OPTIONS, RUBYOPT and the like: what they load is an editor's, and not there.
_LOADING = ("--require", "-r ", "--import", "--loader", "-javaagent", "-agentpath", "-agentlib", "-r/")
# Nothing is reached: whoever tries again and again only waits.
_AT_ONCE = (
    *(("npm_config_fetch_retries", "0"), ("PIP_RETRIES", "0"), ("UV_HTTP_RETRIES", "0"), ("CARGO_NET_RETRY", "0")),
    *(("YARN_HTTP_RETRY", "0"), ("BUNDLE_RETRY", "0"), ("POETRY_REQUESTS_MAX_RETRIES", "0")),
)
_LAYERED = (("UV_LINK_MODE", "copy"),)  # a layer is another file system: uv would warn of it each time
# What the jail has of its own, or a shell for itself.
_OWN = """
HOME PATH PWD OLDPWD SHLVL _ HISTFILE HISTSIZE HISTCONTROL HISTFILESIZE PS1 PS2 PROMPT_COMMAND MAIL TMPDIR TMP TEMP
XDG_RUNTIME_DIR XDG_SESSION_ID XDG_SESSION_TYPE XDG_SESSION_CLASS XDG_SEAT XDG_VTNR XDG_CURRENT_DESKTOP DISPLAY
WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK SSH_AGENT_PID SSH_CONNECTION SSH_CLIENT SSH_TTY
GPG_AGENT_INFO GPG_TTY WINDOWID TMUX TMUX_PANE STY LESSOPEN LESSCLOSE CLAUDE_CONFIG_DIR NO_PROXY no_proxy HOSTNAME
HOSTTYPE MACHTYPE OSTYPE DEBUGINFOD_URLS MOTD_SHOWN INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID MANAGERPID
"""
_NO_MATTER = frozenset(_OWN.split())
# Of the caller's, where there is no jail: nothing that would lead the session to another server.
_DROPPED = ("ANTHROPIC_", "CLAUDE", "DISABLE_")


def passed(values: Values) -> Iterator[tuple[str, str]]:
    """Of the caller's: what says how things look, how and where tools work, and what isolation.pass_env names."""
    for name in _TERMINALS.split():
        if value := os.environ.get(name):
            yield name, value
    for name in _TOOLS.split():
        if (value := os.environ.get(name)) and not _has_password(value) and not _loads(name, value):
            yield name, value
    yield from caches.passed()
    for name in values.pass_env:
        if value := os.environ.get(name):
            yield name, value


def _has_password(value: str) -> bool:
    """Whether there is an address in it that somebody logs in at: https://user:word@host."""
    return any("@" in part.partition("/")[0] for part in value.split("://")[1:])


def _loads(name: str, value: str) -> bool:
    return name.endswith(("_OPTIONS", "RUBYOPT")) and any(word in value for word in _LOADING)


def dropped(values: Values) -> list[str]:
    """The caller's variables that a session does not see, but for those that mean nothing there."""
    known = {*(name for name, _ in passed(values)), *home.POINTERS, *_NO_MATTER}
    return sorted(
        name for name, value in os.environ.items() if value and name not in known and not name.startswith(_DROPPED)
    )


def own(values: Values, workspace: str) -> Iterator[tuple[str, str]]:
    """What makes tools work in the jail as they do outside, where the caller has not said otherwise."""
    yield "MISE_TRUSTED_CONFIG_PATHS", workspace  # whom the user trusts is not told; what it runs, the jail holds
    is_offline = values.network == "private" and not values.domains
    for name, value in (*_LAYERED, *(_AT_ONCE if is_offline else ())):
        if name not in os.environ:
            yield name, value


def of_a_session(values: Values, key: str, model: str, numbers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What apply decided, with the model that answers now and the numbers that Claude Code counts on."""
    yield "HOME", values.home
    yield "CLAUDE_CONFIG_DIR", values.config_dir
    yield "ANTHROPIC_AUTH_TOKEN", key
    for name, value in values.sent_env:
        if name == "ANTHROPIC_BASE_URL":
            yield name, values.base_url
        else:
            yield name, model if model and value == values.pinned_model else value
    yield from numbers


def without_a_jail(added: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The caller's environment, but for what belongs to the normal claude."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    kept.pop("AWS_BEARER_TOKEN_BEDROCK", None)
    return kept | dict(added)
