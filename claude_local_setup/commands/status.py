"""`status`: in a few lines, what is set up on every host and what a session may do there."""

from __future__ import annotations

import json
from dataclasses import replace

from .. import __version__
from ..checks.findings import quick_findings
from ..checks.left import left
from ..checks.report import Report
from ..config.file import config_path, home
from ..config.keys import Config
from ..content import model_server
from ..fleet.machine import Found, Machine, to_target_state
from ..fleet.opened import Hosts, opened
from ..host import paths
from ..host.actual import Actual
from ..screen.output import say
from ..screen.view import view
from ..session.server.addresses import AUTO
from ..session.words import printable
from ..state.chosen import changes
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
        shown = view(here=fleet.is_here)
        with shown.board([machine.name for machine in fleet.machines], err=as_json) as board:

            def look(machine: Machine) -> Found:
                return board.watching(machine.name, "is looked at", lambda: reached(machine, to_target_state))

            found = fleet.each(fleet.machines, look)
        reports = [*(fleet.told(_report(item)) for item in found), *fleet.doubled]
    if fleet.is_here:
        reports = [replace(report, findings=[*report.findings, *left(str(home()))]) for report in reports]
    if as_json:
        show_json(reports)
        return exit_code(reports)
    if not fleet.is_here:
        shown.show_states(reports)
        return exit_code(reports)
    for item, report in zip(found, reports, strict=True):
        if isinstance(item, Found) and not _is_set_up(item.actual):
            say("claude-local is not set up here; to set it up: claude-local-setup init")
        elif isinstance(item, Found):
            _say_state(item)
            shown.show_states([replace(report, steps=[step for step in report.steps if step.change != "none"])])
    return 0


def _report(item: Found | Report) -> Report:
    if isinstance(item, Report):
        return item
    return Report(item.name, steps=item.steps, findings=quick_findings(item.config, item.actual, item.steps))


def _is_set_up(actual: Actual) -> bool:
    return not all(actual.is_absent(actual.path(path)) for path in (paths.WRAPPER, paths.MANIFEST))


def _say_state(found: Found) -> None:
    for line in _lines(found.config, found.actual):
        say(line)
    differ = sum(step.change != "none" for step in found.steps)
    well = f"all {len(found.steps)} parts are as they should be"
    say("state     " + (f"{differ} of {len(found.steps)} parts differ: claude-local-setup apply" if differ else well))


def _lines(config: Config, actual: Actual) -> list[str]:
    applied = _applied(actual)
    level = applied.get("level", config.isolation.level)
    shared = config.is_jailed and config.network.mode == "host"
    return [
        f"version   {_version(applied.get('version'))}",
        f"level     {level}: confines {_CONFINES[level]}",
        f"network   {_network(config)}" + (" (network.mode is host)" if shared else ""),
        f"server    {_server(config, actual)}",
        f"model     {config.server.model or 'whatever the server has loaded'}",
        f"claude    {printable(config.claude.path or actual.facts['claude']) or 'not found'}",
        f"config    {config_path()}",
        *(f"          not applied yet: {change}" for change in changes(config, actual)),
    ]


def _applied(actual: Actual) -> dict[str, str]:
    """Version and level as sessions have them; nothing where that cannot be read."""
    try:
        known = json.loads(actual.node(actual.path(paths.VALUES)).content or b"{}")
        return {name: known[name] for name in ("version", "level") if known["level"] in _CONFINES}
    except (ValueError, KeyError, TypeError):
        return {}


def _version(applied: str | None) -> str:
    if applied in (None, __version__):
        return __version__
    return f"{applied}; {__version__} is to be applied: claude-local-setup apply"


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
