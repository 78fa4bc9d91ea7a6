"""`verify`: apply's own look, that may not write, and what trying tells, on every host."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from ..checks.claude import normal_claude_unchanged
from ..checks.findings import findings
from ..checks.report import Report
from ..checks.vscode import terminal_mode
from ..config.file import home
from ..fleet.machine import Machine, to_target_state
from ..fleet.opened import Hosts, opened
from ..screen.view import view
from .answer import exit_code, show_json
from .change import reached

_TRIED = "the boundary and all else is tried"


def verify(hosts: Hosts, *, as_json: bool) -> int:
    """Returns the exit code: 0, or 1 if a problem or drift was found or a host was not reached."""
    with opened(hosts) as fleet:
        shown = view(here=fleet.is_here)
        with shown.board([machine.name for machine in fleet.machines], err=as_json) as board:
            found = fleet.each(
                fleet.machines, lambda machine: board.watching(machine.name, _TRIED, partial(_verified, machine))
            )
        reports = [*map(fleet.told, found), *fleet.doubled]
    if fleet.is_here:
        editors = list(terminal_mode(home(), Path.cwd()))
        reports = [replace(report, findings=[*report.findings, *editors]) for report in reports]
    if as_json:
        show_json(reports)
    else:
        shown.show_checks(reports)
    return exit_code(reports, problems=True)


def _verified(machine: Machine) -> Report:
    found = reached(machine, to_target_state)
    trials = found.machine.tried(found.config, found.actual)
    tried = findings(found.config, found.actual, found.steps, trials)
    unchanged = normal_claude_unchanged(found.actual, found.machine.ask(list(found.actual.nodes)))
    return Report(found.name, steps=found.steps, findings=[*tried, unchanged])
