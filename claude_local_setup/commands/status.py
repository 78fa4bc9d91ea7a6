"""`status`: in a few lines, what is set up on every host and what a session may do there."""

from __future__ import annotations

from dataclasses import replace

from ..checks.findings import quick_findings
from ..checks.left import left
from ..checks.report import Report
from ..config.file import config_path, home
from ..config.keys import Config
from ..content import model_server
from ..fleet.machine import Found, to_target_state
from ..fleet.opened import Hosts, opened
from ..host.actual import Actual
from ..screen.output import say
from ..screen.view import view
from ..session.server.addresses import AUTO
from ..session.words import printable
from .answer import exit_code, show_json
from .change import reached

_CONFINES = {
    "config": "nothing: commands and edits are asked for, and that is all",
    "bash": "shell commands only, by Claude Code's own sandbox",
    "session": "the whole session, in a jail",
    "strict": "the whole session, in a jail with an empty home",
}


def status(hosts: Hosts, *, as_json: bool) -> int:
    """Returns the exit code: 1 if a host was not reached, else 0: a status is an answer, not a verdict."""
    with opened(hosts) as fleet:
        found = fleet.each(fleet.machines, lambda machine: reached(machine, to_target_state))
        reports = [*map(_report, found), *fleet.doubled]
    if fleet.is_here:
        reports = [replace(report, findings=[*report.findings, *left(str(home()))]) for report in reports]
    if as_json:
        show_json(reports)
        return exit_code(reports)
    if fleet.is_here:
        for item in found:
            _say_state(item)
    view(here=fleet.is_here).show_states(reports)
    return 0 if fleet.is_here else exit_code(reports)


def _report(item: Found | Report) -> Report:
    if isinstance(item, Report):
        return item
    return Report(item.name, steps=item.steps, findings=quick_findings(item.config, item.actual, item.steps))


def _say_state(found: Found | Report) -> None:
    if isinstance(found, Found):
        for line in _lines(found.config, found.actual):
            say(line)


def _lines(config: Config, actual: Actual) -> list[str]:
    shared = config.is_jailed and config.network.mode == "host"
    return [
        f"level     {config.isolation.level}: confines {_CONFINES[config.isolation.level]}",
        f"network   {_network(config)}" + (" (network.mode is host)" if shared else ""),
        f"server    {_server(config, actual)}",
        f"claude    {printable(config.claude.path or actual.facts['claude']) or 'not found'}",
        f"config    {config_path()}",
    ]


def _server(config: Config, actual: Actual) -> str:
    url = model_server.base_url(config, actual)
    if config.server.base_url != AUTO:
        return url
    return f"{url} (found)" if actual.server else f"{url} (none is found now; a session looks again)"


def _network(config: Config) -> str:
    if not config.has_own_network:
        return "the host's: everything that this machine reaches"
    ports = "".join(f", port {port}" for port in config.network.ports)
    domains = "".join(f", {domain}" for domain in config.network.domains)
    return f"private: the model's server{ports}{domains}, nothing else"
