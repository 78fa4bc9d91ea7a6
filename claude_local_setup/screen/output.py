"""How a line looks: colours on a terminal, plain in a pipe; NO_COLOR is obeyed. And the one question."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import click

from ..errors import USAGE, SetupError
from ..session.words import printable

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def say(text: str = "", *, err: bool = False, **style: object) -> None:
    """One line, with nothing in it that a terminal would obey; styled only where somebody looks at it."""
    plain = "NO_COLOR" in os.environ
    click.echo(printable(text) if plain else click.style(printable(text), **style), err=err)  # type: ignore[arg-type]


def show_diff(diff: str, *, err: bool) -> None:
    for line in diff.splitlines():
        say(f"  {printable(line)}", err=err, fg=_COLOURS.get(line[:1]))


def names(hosts: Iterable[str]) -> str:
    return ", ".join(printable(host) for host in hosts)


def confirm(yes: bool, *, again: str, err: bool) -> None:
    """Asks once; SetupError if the answer is no or nobody can be asked. `again` is the command that needs no answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise SetupError("there is no terminal to ask on; nothing was changed", remedy=again, exit_code=USAGE)
    if not _agreed(err=err):
        raise SetupError("nothing was changed", remedy=again)


def _agreed(*, err: bool) -> bool:
    try:
        return click.confirm("Do this?", err=err)
    except click.Abort:  # Ctrl-C, Ctrl-D
        say(err=err)
        return False
