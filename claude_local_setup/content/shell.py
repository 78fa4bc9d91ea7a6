"""Which rc files get a block, and what the block says in each shell's language."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..config.keys import Config
from ..host import paths
from ..host.actual import Actual

_NOTE = "# Managed: `claude-local-setup apply` rewrites these lines.\n"
_PATH = """\
case ":$PATH:" in
  *":$HOME/.local/bin:"*) ;;
  *) PATH="$HOME/.local/bin:$PATH" ;;
esac
"""
_ALIAS = """alias claude-local='"$HOME/.local/bin/claude-local"'\n"""
# Where else people keep aliases; none of these gets a block for one.
ALIAS_FILES = (*paths.BASH_LOGIN, "~/.bash_aliases", "~/.aliases", "~/.zsh_aliases", "~/.zshenv", "~/.zprofile")
_FISH = """\
contains -- "$HOME/.local/bin" $PATH; or set -gx PATH "$HOME/.local/bin" $PATH
function claude-local --description 'Claude Code on a local model, in a jail'
    "$HOME/.local/bin/claude-local" $argv
end
"""


def rc_files(config: Config, actual: Actual) -> list[str]:
    """The rc files that get a block, as paths of that host."""
    if config.shell.rc != "auto":
        return [actual.path(written) for written in config.shell.rc]
    return [*_bash(actual), *_zsh(actual), *_fish(actual)]


def body(rc_file: str) -> bytes:
    """The lines of the block. The PATH alone serves `sh`, which reads a login file; aliases are for people's shells."""
    name = PurePosixPath(rc_file).name
    if name.endswith(".fish"):
        text = _FISH
    elif name in (PurePosixPath(login).name for login in paths.BASH_LOGIN):
        text = _PATH
    else:
        text = _PATH + _ALIAS
    return (_NOTE + text).encode()


def _bash(actual: Actual) -> list[str]:
    rc = actual.path(paths.BASH_RC)
    if actual.node(rc).kind == "absent" and not _logs_in_with(actual, "bash"):
        return []
    logins = [actual.path(login) for login in paths.BASH_LOGIN]
    login = next((path for path in logins if actual.node(path).kind != "absent"), logins[-1])
    return [rc] if _reads_bashrc(actual, login) else [rc, login]


def _reads_bashrc(actual: Actual, login: str) -> bool:
    """Whether the login file brings in ~/.bashrc, as Debian's does: then one block serves both."""
    text = actual.node(login).content or b""
    lines = (line.strip() for line in text.splitlines())
    return any(b"bashrc" in line and not line.startswith(b"#") for line in lines)


def _zsh(actual: Actual) -> list[str]:
    rc = actual.facts["zsh_rc"]
    return [rc] if actual.node(rc).kind != "absent" or _logs_in_with(actual, "zsh") else []


def _fish(actual: Actual) -> list[str]:
    rc = actual.facts["fish_rc"]
    return [rc] if actual.node(rc).kind != "absent" or _logs_in_with(actual, "fish") else []


def _logs_in_with(actual: Actual, shell: str) -> bool:
    return PurePosixPath(actual.facts["shell"]).name == shell
