"""Questions with an answer that Enter takes; what a flag has answered is not asked."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from ..errors import INTERRUPTED, USAGE, SetupError
from ..session.words import Remedy, printable


class Questions:
    """`takes_defaults`: nobody is asked. SetupError where somebody should be, and there is no terminal."""

    def __init__(self, *, takes_defaults: bool, again: Remedy) -> None:
        if not takes_defaults and not sys.stdin.isatty():
            raise SetupError("there is no terminal to ask on; nothing was changed", remedy=again, exit_code=USAGE)
        self._takes_defaults = takes_defaults
        self._again = again

    def ask(self, question: str, given: str | None, default: str, among: Sequence[str] = ()) -> str:
        """`among`: the only answers that there are, if any. SetupError after Ctrl-C."""
        if given is not None or self._takes_defaults:
            return default if given is None else given
        kind = click.Choice(among) if among else str
        try:
            return str(click.prompt(printable(question), default, show_default=bool(default), type=kind, err=True))
        except click.Abort:
            click.echo(err=True)
            raise SetupError("nothing was changed", remedy=self._again, exit_code=INTERRUPTED) from None
