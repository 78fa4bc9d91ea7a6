"""Root rights for one command on a host: sudo, which asks for nothing, or is given the password on its standard input.

There it is in no file and no argument, and no temporary folder has to allow programs, as pyinfra's own way wants it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyinfra.api import Host

_KNOWN = "claude_local_sudo_password"
_MARK = "here begins what is given to the command"
# Where sudo asks for no password after all, it is not for the command to read.
_PASS_OVER = f'while read -r line && [ "$line" != "{_MARK}" ]; do :; done; exec "$@"'


def remember(host: Host, password: str) -> None:
    host.connector_data[_KNOWN] = password


def password_of(host: Host) -> str:
    """The one that was typed, or the inventory's, by pyinfra's name for it."""
    return str(host.connector_data.get(_KNOWN) or host.data.get("_sudo_password") or "")


def as_root(password: str, words: Sequence[str], given: str = "") -> tuple[list[str], list[str]]:
    """The command's words, and the lines for its standard input. Without a password sudo must not ask for one."""
    if not password:
        return ["sudo", "-H", "-n", *words], given.splitlines()
    # -k: sudo reads the password each time, also where it has been told shortly before.
    return (
        ["sudo", "-H", "-S", "-k", "-p", "", "sh", "-c", _PASS_OVER, "sudo", *words],
        [password, _MARK, *given.splitlines()],
    )
