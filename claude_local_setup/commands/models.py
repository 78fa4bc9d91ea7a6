"""`claude-local-setup models`: the list and the switch, as people and programs read them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..config.file import load
from ..config.keys import Config
from ..errors import SetupError
from ..screen.output import printable, say
from ..session.server.models import Model, Offer
from ..session.server.switching import Servers, offer, use

if TYPE_CHECKING:
    from ..session.server.http import Dial
    from ..session.server.switching import Progress


def servers(config: Config, dial: Dial | None = None) -> Servers:
    """Those of the config, called from this machine, or by `dial`."""
    return Servers.of(config.server.base_url, config.server.management_url, config.server.auth_token, dial)


def list_here(*, as_json: bool) -> int:
    """Returns 0. SetupError where the server cannot be asked."""
    offered = offer(servers(load()))
    if as_json:
        click.echo(_json(offered))
    elif sys.stdout.isatty():
        _table(offered)
    else:
        for model in offered.models:
            say(line_of(model))
    return 0


def use_here(name: str, *, as_json: bool) -> int:
    """Returns 0 when the model answers, 130 if the user did not want to wait for it."""
    config = load()
    with _shown(err=as_json) as progress:
        try:
            model = use(servers(config), name, progress)
        except SetupError as error:
            raise SetupError(printable(error.problem), remedy=printable(error.remedy)) from None
        except KeyboardInterrupt:
            say("stopped waiting; the server goes on loading: claude-local-setup models shows how far it is", err=True)
            return 130
    if as_json:
        click.echo(json.dumps({"model": as_object(model)}, indent=2))
    else:
        say(f"{printable(model.name)} answers{_context(model)}", fg="green")
        if config.server.model not in ("", model.name):
            say(
                "sessions still ask for another one: claude-local-setup config set server.model NAME, then apply",
                err=True,
            )
    return 0


@contextmanager
def _shown(*, err: bool) -> Iterator[Progress]:
    """One line that moves on a terminal; in a pipe a line for each thing that is new."""
    if not sys.stderr.isatty():
        yield _Lines().say
        return
    from rich.console import Console

    with Console(stderr=True).status("asking the server") as status:
        yield lambda text: status.update(printable(text).replace("[", "\\["))


class _Lines:
    def __init__(self) -> None:
        self._last = ""

    def say(self, text: str) -> None:
        """Says it unless it differs from the last line by its seconds only."""
        what = text.partition(",")[0]
        if what != self._last:
            say(f"... {printable(what)}", err=True)
        self._last = what


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


def _json(offered: Offer) -> str:
    return json.dumps(
        {"server": offered.kind.value, "models": [as_object(model) for model in offered.models]}, indent=2
    )


def as_object(model: Model) -> dict[str, object]:
    return {
        "name": model.name,
        "title": model.title,
        "loaded": model.loaded,
        "state": model.state,
        "context": model.context,
    }
