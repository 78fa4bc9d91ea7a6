"""Root rights for one command on a host: sudo, which asks for nothing, or is given the password on its standard input.

There it is in no file and no argument, and no temporary folder has to allow programs, as pyinfra's own way wants it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..entries.actions import Command, pasted

if TYPE_CHECKING:
    from pyinfra.api import Host

_KNOWN = "claude_local_sudo_password"


def remember(host: Host, password: str) -> None:
    host.connector_data[_KNOWN] = password


def password_of(host: Host) -> str:
    """The one that was typed, or the inventory's, by pyinfra's name for it."""
    return str(host.connector_data.get(_KNOWN) or host.data.get("_sudo_password") or "")


def as_root(password: str, command: Command) -> tuple[list[str], list[str]]:
    """The words, and the lines for their standard input. Without a password sudo must not ask for one."""
    if not password:
        return ["sudo", "-H", "-n", *command.words], command.given.splitlines()
    # -k: sudo reads the password each time, also where it has been told shortly before. sudo-rs reads on after it, and
    # where none is asked for after all it is not for the command to read: that has an input of its own.
    return ["sudo", "-H", "-S", "-k", "-p", "", "sh", "-c", f"exec </dev/null; {pasted(command)}"], [password]
