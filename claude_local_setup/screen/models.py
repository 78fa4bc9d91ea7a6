"""How models look: a list, a table, and what goes on while one is loaded."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..session.server.models import Model, Offer
from ..session.words import printable
from .life import is_seen
from .output import say

if TYPE_CHECKING:
    from ..session.server.switching import Progress


def show_offer(offered: Offer, *, as_json: bool) -> None:
    if as_json:
        said = {"server": offered.kind.value, "models": [as_object(model) for model in offered.models]}
        click.echo(json.dumps(said, indent=2))
    elif sys.stdout.isatty():
        _table(offered)
    else:
        for model in offered.models:
            say(line_of(model))


def show_answering(model: Model, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"model": as_object(model)}, indent=2))
    else:
        say(f"{printable(model.name)} answers{_context(model)}", fg="green")


@contextmanager
def progress() -> Iterator[Progress]:
    """One line that moves on a terminal; in a pipe a line for each thing that is new."""
    if not is_seen():
        yield once("... ")
        return
    from rich.console import Console

    with Console(stderr=True).status("asking the server") as status:
        yield lambda text: status.update(printable(text).replace("[", "\\["))


def once(before: str) -> Progress:
    """Says a thing unless it differs from the last one by its seconds only."""
    last = ""

    def say_once(text: str) -> None:
        nonlocal last
        what = text.partition(",")[0]
        if what != last:
            say(f"{before}{printable(what)}", err=True, dim=True)
        last = what

    return say_once


def _table(offered: Offer) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("model", "state", "context", "", title=f"{offered.kind.value}", title_justify="left")
    for model in offered.models:
        style = {"loaded": "green", "failed": "red"}.get(model.state, "")
        cells = (model.name, printable(model.state), f"{model.context or ''}", model.title)
        table.add_row(*(Text(printable(cell), style) for cell in cells))
    Console().print(table)


def line_of(model: Model) -> str:
    return f"{printable(model.state):<9} {printable(model.name)}{_context(model)}"


def _context(model: Model) -> str:
    return f", {model.context} tokens of context" if model.context else ""


def as_object(model: Model) -> dict[str, object]:
    return {
        "name": model.name,
        "title": model.title,
        "loaded": model.loaded,
        "state": model.state,
        "context": model.context,
    }
