"""Root rights on this machine: the one announced moment at which sudo may ask for a password."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import click

from ..engine.root import as_root
from ..entries.actions import Command, by_sudo
from ..errors import SetupError
from ..screen.output import say
from ..session.words import Remedy, in_turn


def obtain(commands: Sequence[Command], then: Remedy) -> str:
    """Makes sure that sudo works from now on: "" without a word, else by the password that is returned.

    SetupError with the commands to run by hand if it does not.
    """
    if _works():
        return ""
    remedy = in_turn(by_sudo(commands), then)
    if not sys.stdin.isatty():
        raise SetupError("sudo wants a password, and there is no terminal to ask for it", remedy=remedy)
    say("sudo asks for your password now, once, for the commands above:", err=True, bold=True)
    asked = subprocess.run(["sudo", "-v"], check=False)
    if asked.returncode == 0 and _works():
        return ""
    if asked.returncode == 0 and _works(password := _typed()):
        return password
    raise SetupError("sudo refused; nothing was changed", remedy=remedy)


def _typed() -> str:
    say("sudo remembers nothing on this machine: once more, for all of the commands", err=True, bold=True)
    return str(click.prompt("password", hide_input=True, err=True))


def _works(password: str = "") -> bool:
    words, lines = as_root(password, Command(("true",)))
    given = "".join(f"{line}\n" for line in lines)
    return subprocess.run(words, input=given, text=True, capture_output=True, check=False).returncode == 0
