"""`verify`: apply's own look, that may not write, and what trying tells, on every host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..checks.claude import normal_claude_unchanged
from ..checks.findings import findings
from ..checks.report import Report
from ..checks.vscode import terminal_mode
from ..config.file import home
from ..fleet.machine import Found, to_target_state
from ..fleet.opened import Hosts, opened
from ..screen.view import view
from .answer import exit_code, show_json
from .change import reached


def verify(hosts: Hosts, *, as_json: bool) -> int:
    """Returns the exit code: 0, or 1 if a problem or drift was found or a host was not reached."""
    with opened(hosts) as fleet:
        found = fleet.each(fleet.machines, lambda machine: _verified(reached(machine, to_target_state)))
        reports = [*found, *fleet.doubled]
    if fleet.is_here:
        editors = list(terminal_mode(home(), Path.cwd()))
        reports = [replace(report, findings=[*report.findings, *editors]) for report in reports]
    if as_json:
        show_json(reports)
    else:
        view(here=fleet.is_here).show_checks(reports)
    return exit_code(reports, problems=True)


def _verified(found: Found) -> Report:
    trials = found.machine.tried(found.config, found.actual)
    tried = findings(found.config, found.actual, found.steps, trials)
    unchanged = normal_claude_unchanged(found.actual, found.machine.ask(list(found.actual.nodes)))
    return Report(found.name, steps=found.steps, findings=[*tried, unchanged])
