"""`models`: what the servers offer, and switching them, each asked from its own host."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from ..checks.report import Report
from ..content import model_server
from ..errors import FAILED, INTERRUPTED, SetupError
from ..fleet.machine import Fleet, Machine
from ..fleet.opened import Hosts, opened
from ..screen import models as screen
from ..screen.output import say
from ..session.server.addresses import AUTO, base_of
from ..session.server.check_context import LEAST
from ..session.server.models import Model
from ..session.server.servers import Servers
from ..session.server.switching import offer, use
from ..session.words import config_set, printable
from ..state.whole_plan import actual_state


@dataclass(frozen=True)
class Answered:
    """What a host's server offers, or the model that answers there now."""

    host: str
    models: Sequence[Model]


def list_models(hosts: Hosts, *, as_json: bool) -> int:
    """Returns the exit code: 1 if a host was not reached or its server cannot be asked, else 0."""
    with opened(hosts) as fleet:
        if fleet.is_here:
            screen.show_offer(offer(_servers(fleet.machines[0])), as_json=as_json)
            return 0
        return _told(fleet, lambda machine: offer(_servers(machine)).models, as_json=as_json)


def use_model(hosts: Hosts, name: str, *, as_json: bool) -> int:
    """Has the servers load the model; the exit code as for the list, 130 if the user did not want to wait."""
    with opened(hosts) as fleet:
        if fleet.is_here:
            return _use_here(fleet.machines[0], name, as_json=as_json)
        return _told(fleet, lambda machine: [_used(machine, name)], as_json=as_json)


def _servers(machine: Machine) -> Servers:
    config = machine.config()
    machine.reach()
    server, dial = config.server, machine.dial(config)
    base_url = base_of(server.base_url)
    if base_url == AUTO:
        base_url = model_server.base_url(config, actual_state(config, machine.ask, dial))
    return Servers.of(base_url, server.management_url, server.auth_token, dial)


def _use_here(machine: Machine, name: str, *, as_json: bool) -> int:
    servers = _servers(machine)
    try:
        with screen.progress() as progress:
            model = use(servers, name, progress)
    except SetupError as error:
        raise SetupError(printable(error.problem), remedy=error.remedy) from None
    except KeyboardInterrupt:
        say("stopped waiting; the server goes on loading: claude-local-setup models shows how far it is", err=True)
        return INTERRUPTED
    screen.show_answering(model, as_json=as_json)
    if not as_json and 0 < model.context < LEAST:
        say(f"no session can work with so little context: {LEAST} tokens are the least", err=True, fg="yellow")
    if not as_json and machine.config().server.model not in ("", model.name):
        way = config_set("server.model", model.name)
        say(f"sessions still ask for another one: {way}", err=True)
    return 0


def _used(machine: Machine, name: str) -> Model:
    return use(_servers(machine), name, screen.once(f"{machine.name}: "))


def _told(fleet: Fleet, work: Callable[[Machine], Sequence[Model]], *, as_json: bool) -> int:
    found = fleet.each(fleet.machines, lambda machine: Answered(machine.name, work(machine)))
    told = [fleet.told(item) if isinstance(item, Report) else item for item in found]
    results = [*told, *fleet.doubled]
    if as_json:
        click.echo(json.dumps({"hosts": [_as_json(result) for result in results]}, indent=2))
    else:
        _show(results)
    return FAILED if any(isinstance(result, Report) for result in results) else 0


def _show(results: Sequence[Answered | Report]) -> None:
    from ..screen.many import show_unanswered  # rich takes its time

    for result in results:
        for model in result.models if isinstance(result, Answered) else ():
            say(f"{result.host}: {screen.line_of(model)}")
    silent = [result for result in results if isinstance(result, Report)]
    show_unanswered(silent, [result.host for result in results])


def _as_json(result: Answered | Report) -> dict[str, object]:
    if isinstance(result, Answered):
        known = [screen.as_object(model) for model in result.models]
        return {"host": result.host, "models": known, "problem": "", "remedy": ""}
    (finding,) = result.findings
    return {"host": result.host, "models": [], "problem": finding.problem, "remedy": finding.remedy}
