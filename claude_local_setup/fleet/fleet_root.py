"""Root rights on many hosts: asked for once, before the work; a password is typed once and tried once on each host."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

import click
from pyinfra.api import Host, StringCommand

from ..checks.report import Report
from ..engine import remote
from ..engine.operations import line
from ..entries.actions import root_commands
from ..errors import SetupError
from ..screen.many import names
from ..screen.output import say
from .fleet import Fleet, There

SECONDS = 30


def obtain(fleet: Fleet, todo: Sequence[There]) -> dict[str, Report]:
    """Makes sure that what needs root can be done; a report for each host where it cannot."""
    from ..commands.fleet_apply import stopped

    asking = [there for there in todo if root_commands(there.steps) and not there.actual.is_root]
    answers = fleet.each(asking, lambda there: _is_allowed(there.host))
    wanting = [there for there, answer in zip(asking, answers, strict=True) if answer is False]
    lost = {report.host: report for report in answers if isinstance(report, Report)}
    if not wanting:
        return lost
    reason = "sudo wants a password there, and there is no terminal to ask for it"
    if sys.stdin.isatty():
        reason = "sudo refused"
        say(
            f"sudo asks for a password on {names(there.name for there in wanting)}: it is typed once",
            err=True,
            bold=True,
        )
        typed = str(click.prompt("password", hide_input=True, err=True))
        tried = fleet.each(wanting, lambda there: _takes(there.host, typed))
        wanting = [there for there, taken in zip(wanting, tried, strict=True) if taken is not True]
    return lost | {
        there.name: Report(there.name, steps=stopped(there.steps, _refusal(there, reason))) for there in wanting
    }


def _is_allowed(host: Host) -> bool:
    """Whether sudo asks for nothing, or the inventory holds its password (pyinfra's own `_sudo_password`)."""
    if host.data.get("_sudo_password"):
        return True
    # In the form in which pyinfra will ask: sudoers may allow one command and not the other.
    # Its "a password is required" is kept from pyinfra, which would ask for one.
    asked = line("sh", "-c", "exec sudo -H -n sh -c true 2>/dev/null")
    succeeded, _, _ = remote.answer(host, asked, seconds=SECONDS)
    return succeeded


def _takes(host: Host, typed: str) -> bool:
    """One try only: accounts get locked for less."""
    asked = StringCommand("sudo", "-S", "-k", "-p", "''", "sh", "-c", "true")
    succeeded, _, _ = remote.answer(host, asked, seconds=SECONDS, _stdin=[typed])
    if succeeded:
        host.connector_data["prompted_sudo_password"] = typed
    return succeeded


def _refusal(there: There, reason: str) -> SetupError:
    commands = "; ".join(shlex.join(command) for command in root_commands(there.steps))
    return SetupError(reason, remedy=f"as root on it: {commands}; then run this again")
