"""Root rights on this machine: the one announced moment at which sudo may ask for a password."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from ..entries.actions import Command, by_sudo
from ..errors import SetupError
from ..screen.output import say
from ..session.words import Remedy, in_turn


def obtain(commands: Sequence[Command], then: Remedy) -> None:
    """Makes sure that `sudo -n` works from now on; SetupError with the commands to run by hand if it does not."""
    if _works():
        return
    remedy = in_turn(by_sudo(commands), then)
    if not sys.stdin.isatty():
        raise SetupError("sudo wants a password, and there is no terminal to ask for it", remedy=remedy)
    say("sudo asks for your password now, once, for the commands above:", err=True, bold=True)
    asked = subprocess.run(["sudo", "-v"], check=False)
    if asked.returncode != 0 or not _works():
        raise SetupError("sudo refused; nothing was changed", remedy=remedy)


def _works() -> bool:
    tried = subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return tried.returncode == 0
