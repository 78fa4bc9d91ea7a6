"""Root rights on many hosts: asked for once, before the work; a password is typed once and tried once on each host."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Protocol

import click
from pyinfra.api import Host

from ..checks.report import Report
from ..engine import remote
from ..engine.operations import line
from ..engine.root import as_root, password_of, remember
from ..entries.actions import Command, by_sudo, root_commands
from ..errors import FromHere, SetupError
from ..screen.output import names, say
from ..session.words import Remedy, in_turn
from .machine import Found, T, U
from .remote_machine import host_of
from .reports import stopped

SECONDS = 30


class Each(Protocol):
    def __call__(self, items: Sequence[T], work: Callable[[T], U]) -> list[U | Report]: ...


def refused(todo: Sequence[Found], each: Each, again: Callable[[Found], Remedy]) -> list[Report]:
    """A report for each host on which what needs root cannot be done; `again`: how one is gone on with."""
    asking = [found for found in todo if root_commands(found.steps) and not found.actual.is_root]
    answers = each(asking, lambda found: _is_allowed(host_of(found)))
    lost = [answer for answer in answers if isinstance(answer, Report)]
    wanting = [found for found, answer in zip(asking, answers, strict=True) if answer is False]
    if not wanting:
        return lost
    reason = "sudo wants a password there, and there is no terminal to ask for it"
    if sys.stdin.isatty():
        reason = "sudo refused"
        wanting = _asked(wanting, each)
    return lost + [
        Report(found.name, steps=stopped(found.steps, _refusal(found, reason, again(found)))) for found in wanting
    ]


def _asked(wanting: Sequence[Found], each: Each) -> list[Found]:
    """Those that do not take the password."""
    on = names(found.name for found in wanting)
    say(f"sudo asks for a password on {on}: it is typed once", err=True, bold=True)
    password = str(click.prompt("password", hide_input=True, err=True))
    tried = each(wanting, lambda found: _takes(host_of(found), password))
    return [found for found, taken in zip(wanting, tried, strict=True) if taken is not True]


def _is_allowed(host: Host) -> bool:
    """Whether sudo asks for nothing, or the inventory holds its password (pyinfra's own `_sudo_password`)."""
    return _works(host, password_of(host))


def _takes(host: Host, password: str) -> bool:
    """One try only: accounts get locked for less."""
    taken = _works(host, password)
    if taken:
        remember(host, password)
    return taken


def _works(host: Host, password: str) -> bool:
    # Its "a password is required" is kept from pyinfra, which would ask for one.
    words, lines = as_root(password, Command(("true",)))
    asked = line("sh", "-c", 'exec "$@" 2>/dev/null', "sh", *words)
    succeeded, _, _ = remote.answer(host, asked, seconds=SECONDS, _stdin=lines)
    return succeeded


def _refusal(found: Found, reason: str, again: Remedy) -> SetupError:
    commands = by_sudo(root_commands(found.steps))
    return SetupError(reason, remedy=FromHere(in_turn(remote.ssh(host_of(found), "-t", command=commands), again)))
