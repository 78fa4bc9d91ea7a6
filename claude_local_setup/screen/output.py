"""How a line looks: colours on a terminal, plain in a pipe; NO_COLOR is obeyed. And the one question."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator

import click

from ..errors import INTERRUPTED, USAGE, SetupError
from ..session import words
from ..session.words import Remedy, calling, printable, wrapped

COLOUR_OF_WORD = {"new": "green", "changed": "yellow", "config": "yellow", "removed": "red"}  # of a plan
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def say(text: str = "", *, err: bool = False, **style: object) -> None:
    """One line, with nothing in it that a terminal would obey; styled only where somebody looks at it."""
    plain, shown = "NO_COLOR" in os.environ, printable(calling(text, words.setup))
    click.echo(shown if plain else click.style(shown, **style), err=err)  # type: ignore[arg-type]


def say_prose(text: str, *, err: bool = False, indent: str = " " * 5, **style: object) -> None:
    """On a terminal no wider than that; as one line where a program reads it."""
    width = shutil.get_terminal_size().columns if (sys.stderr if err else sys.stdout).isatty() else 0
    for part in wrapped(printable(text), width, indent):
        say(part, err=err, **style)


def say_remedy(remedy: Remedy, *, err: bool = False, indent: str = "  ") -> None:
    """On a line of its own, as it is pasted; nothing where there is none."""
    if remedy:
        say(f"{indent}remedy: {remedy}", err=err)


def show_diff(diff: str, *, err: bool) -> None:
    for line in diff_lines(diff):
        click.echo(line, err=err)


def names(hosts: Iterable[str]) -> str:
    return ", ".join(printable(host) for host in hosts)


def confirm(yes: bool, *, again: Remedy, err: bool, details: Callable[[], None], enter: bool = False) -> None:
    """Asks once, on the terminal; SetupError if the answer is no or nobody can be asked.

    `again` is the command that needs no answer; `details` shows all that would change; `enter`: an empty line is a yes.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise SetupError("there is no terminal to ask on; nothing was changed", remedy=again, exit_code=USAGE)
    while True:
        answer = _answer(f"Do this? [{'Y/n' if enter else 'y/N'}/d] ", again=again, err=err)
        if answer in ("y", "yes") or (enter and answer == "\n"):
            return
        if answer not in ("d", "diff", "diffs"):
            raise SetupError("nothing was changed", remedy=again)
        details()


def _answer(question: str, *, again: Remedy, err: bool) -> str:
    """In small letters; "\n" for an empty line, "" for the end of the input."""
    click.echo(question, err=err, nl=False)
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        say(err=err)
        raise SetupError("nothing was changed", remedy=again, exit_code=INTERRUPTED) from None
    if not line.endswith("\n"):
        say(err=err)
    return line.strip().lower() or line[-1:]


def paged(lines: Iterable[str], *, err: bool) -> None:
    """In the user's pager, where the terminal is there for it."""
    if sys.stdout.isatty() and not err:
        click.echo_via_pager("\n".join(lines) + "\n")
    else:
        for line in lines:
            click.echo(line, err=err)


def diff_lines(diff: str) -> Iterator[str]:
    """As `say` would show them."""
    plain = "NO_COLOR" in os.environ
    for line in diff.splitlines():
        text = f"  {printable(line)}"
        yield text if plain else click.style(text, fg=_COLOURS.get(line[:1]))
