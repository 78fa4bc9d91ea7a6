"""`verify -i` and `status -i`: the same checks as on this machine, on every host at once."""

from __future__ import annotations

from collections.abc import Sequence

from ..checks.findings import findings, normal_claude_unchanged, quick_findings
from ..checks.report import Report
from ..errors import FAILED
from ..fleet import fleet
from ..fleet.fleet import There
from ..screen import many as fleet_output
from ..screen.output import say


def verify_fleet(source: str, limit: Sequence[str], *, as_json: bool) -> int:
    """Returns the exit code: 1 if a problem or drift was found or a host was not reached, else 0."""
    reports = fleet.reports_of(source, limit, _verified)
    return max(fleet_output.close(reports, json=as_json), FAILED if any(report.problems for report in reports) else 0)


def status_fleet(source: str, limit: Sequence[str], *, as_json: bool) -> int:
    """Returns the exit code: 1 if a host was not reached, else 0."""
    reports = fleet.reports_of(source, limit, _asked)
    if not as_json:
        _show_states(reports)
    return fleet_output.close(reports, json=as_json)


def _verified(there: There) -> Report:
    trials = fleet.tried(there, there.actual)
    found = findings(there.config, there.actual, there.steps, trials)
    unchanged = normal_claude_unchanged(there.actual, fleet.probed(there.host, there.config))
    return Report(there.name, steps=there.steps, findings=[*found, unchanged])


def _asked(there: There) -> Report:
    found = quick_findings(there.config, there.actual, there.steps)
    return Report(there.name, steps=there.steps, findings=found)


def _show_states(reports: Sequence[Report]) -> None:
    for report in reports:
        for step in report.steps:
            if step.change != "none":
                say(f"{report.host}: {step.name}: differs", fg="yellow")
