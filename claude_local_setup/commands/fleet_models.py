"""`models -i`: what the servers of many hosts offer, and switching them, each asked from its own host through SSH."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from ..checks.report import Report
from ..engine import remote
from ..errors import FAILED, SetupError
from ..fleet.fleet import There, opened
from ..screen.output import printable, say
from ..session.server.models import Model
from ..session.server.switching import Servers, offer, use
from .models import as_object, line_of, servers

if TYPE_CHECKING:
    from ..session.server.switching import Progress


@dataclass(frozen=True)
class Answered:
    """What a host's server offers, or the model that answers there now."""

    host: str
    models: Sequence[Model]


def list_fleet(source: str, limit: Sequence[str], *, as_json: bool) -> int:
    """Returns the exit code: 1 if a host was not reached or its server cannot be asked, else 0."""
    return _told(source, limit, lambda there: offer(_servers(there)).models, as_json=as_json)


def use_fleet(source: str, limit: Sequence[str], name: str, *, as_json: bool) -> int:
    """Has every host's server load the model; the exit code as for the list."""
    return _told(source, limit, lambda there: [use(_servers(there), name, _progress(there))], as_json=as_json)


def _told(source: str, limit: Sequence[str], work: Callable[[There], Sequence[Model]], *, as_json: bool) -> int:
    with opened(source, limit) as fleet:
        found = fleet.each(fleet.hosts, lambda host: _answered(fleet.look(host), work))
        results = [*found, *fleet.doubled]
    if as_json:
        click.echo(json.dumps({"hosts": [_as_json(result) for result in results]}, indent=2))
    else:
        for result in results:
            _show(result)
    return FAILED if any(isinstance(result, Report) for result in results) else 0


def _answered(there: There, work: Callable[[There], Sequence[Model]]) -> Answered:
    return Answered(there.name, work(there))


def _servers(there: There) -> Servers:
    if remote.transport(there.host) is None:
        return servers(there.config)
    if there.config.server.base_url.startswith("https:"):
        raise SetupError(
            "a server with https is not asked through SSH", remedy="claude-local-setup models, on that host"
        )
    return servers(there.config, partial(remote.dial, there.host))


def _progress(there: There) -> Progress:
    said: set[str] = set()

    def say_once(text: str) -> None:
        what = text.partition(",")[0]
        if what not in said:
            said.add(what)
            say(f"{there.name}: {printable(what)}", err=True, dim=True)

    return say_once


def _show(result: Answered | Report) -> None:
    if isinstance(result, Answered):
        for model in result.models:
            say(f"{result.host}: {line_of(model)}")
        return
    for finding in result.findings:
        say(f"{result.host}: {printable(finding.problem)}", fg="red", err=True)
        say(f"  remedy: {printable(finding.remedy)}", err=True)


def _as_json(result: Answered | Report) -> dict[str, object]:
    if isinstance(result, Answered):
        known = [as_object(model) for model in result.models]
        return {"host": result.host, "models": known, "problem": "", "remedy": ""}
    (finding,) = result.findings
    return {"host": result.host, "models": [], "problem": finding.problem, "remedy": finding.remedy}
