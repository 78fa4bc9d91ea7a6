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
_WANTED = "sudo wants a password there, and there is no terminal to ask for it"
_TERMINAL = "sudo there works on a terminal only (requiretty in sudoers)"
_QUIET = ": "  # before what sudo says: pyinfra would ask for a password itself where it reads that one is wanted
_ASK = f"""said=$(LC_ALL=C "$@" 2>&1) || {{ printf '%s\\n' "$said" | sed 's/^/{_QUIET}/'; exit 1; }}"""


class Each(Protocol):
    def __call__(self, items: Sequence[T], work: Callable[[T], U]) -> list[U | Report]: ...


def refused(todo: Sequence[Found], each: Each, again: Callable[[Found], Remedy]) -> list[Report]:
    """A report for each host on which what needs root cannot be done; `again`: how one is gone on with."""
    asking = [found for found in todo if root_commands(found.steps) and not found.actual.is_root]
    tried = _tried(asking, each, password_of)
    if sys.stdin.isatty():
        wanting = [found for found, said in tried if isinstance(said, str) and said not in ("", _TERMINAL)]
        others = [(found, said) for found, said in tried if found not in wanting]
        tried = [*others, *(_asked(wanting, each) if wanting else [])]
    return [_report(found, said, again) for found, said in tried if said]


def _asked(wanting: Sequence[Found], each: Each) -> list[tuple[Found, str | Report]]:
    on = names(found.name for found in wanting)
    say(f"sudo asks for a password on {on}: it is typed once", err=True, bold=True)
    password = str(click.prompt("password", hide_input=True, err=True))
    tried = _tried(wanting, each, lambda host: password)
    for found, said in tried:
        if not said:
            remember(host_of(found), password)
    return tried


def _tried(todo: Sequence[Found], each: Each, password: Callable[[Host], str]) -> list[tuple[Found, str | Report]]:
    """What sudo has against it on each, "" where nothing. One try only: accounts get locked for less."""
    tried = each(todo, lambda found: _problem(host_of(found), password(host_of(found))))
    return list(zip(todo, tried, strict=True))


def _problem(host: Host, password: str) -> str:
    words, lines = as_root(password, Command(("true",)))
    asked = line("sh", "-c", _ASK, "sh", *words)
    succeeded, said, _ = remote.answer(host, asked, seconds=SECONDS, _stdin=lines)
    if succeeded:
        return ""
    if any("must have a tty" in item for item in said):
        return _TERMINAL
    why = said[-1].removeprefix(_QUIET).removeprefix("sudo: ")[:200] if said else ""
    return f"sudo refused: {why}" if password else _WANTED


def _report(found: Found, said: str | Report, again: Callable[[Found], Remedy]) -> Report:
    if isinstance(said, Report):
        return said
    return Report(found.name, steps=stopped(found.steps, _refusal(found, said, again(found))))


def _refusal(found: Found, reason: str, again: Remedy) -> SetupError:
    commands = by_sudo(root_commands(found.steps))
    return SetupError(reason, remedy=FromHere(in_turn(remote.ssh(host_of(found), "-t", command=commands), again)))
