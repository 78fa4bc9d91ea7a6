"""`apply -i`: look at every host, show one plan, ask once, carry out and check on all at once, one table of results."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..checks.findings import findings, normal_claude_unchanged, quick_findings
from ..checks.report import Finding, Report
from ..engine import remote_lock
from ..engine import run as engine
from ..entries.actions import Step
from ..errors import SetupError
from ..fleet.fleet import Fleet, Planned, There, look_again, opened, to_target_state, tried, unreached
from ..fleet.fleet_root import obtain
from ..screen import many as fleet_output  # the engine first: it readies gevent
from ..screen.output import confirm


@dataclass(frozen=True)
class Change:
    """Any change of many hosts."""

    planned: Planned  # what is to be done on one
    known: Callable[[There], list[Finding]]  # what is to be said of one where nothing was done
    closing: Callable[[There, There], list[Finding]]  # and of one before and after
    again: str  # the command that does it without asking


def apply_fleet(source: str, limit: Sequence[str], *, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Returns the exit code: 1 if a step failed or a host was not reached, else 0."""
    again = f"claude-local-setup apply -y -i {shlex.quote(source)}"
    change = Change(to_target_state, _asked, checked, again)
    return change_fleet(source, limit, change, dry_run=dry_run, yes=yes, as_json=as_json)


def change_fleet(source: str, limit: Sequence[str], change: Change, *, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Look at all, show one plan, ask once, carry out and check on all at once: the exit code, as for apply."""
    with opened(source, limit) as fleet:
        with fleet_output.board(fleet.hosts, json=as_json) as board:
            found = fleet.each(
                fleet.hosts, lambda host: board.watching(host.name, lambda: fleet.look(host, change.planned))
            )
        todo = [there for there in found if isinstance(there, There) and there.pending]
        fleet_output.show_plans(todo, err=as_json)
        if dry_run or not todo:
            done: list[Report] = []
        else:
            confirm(yes, again=change.again, err=as_json)
            done = _changed(fleet, todo, change, json=as_json)
        after = {report.host: report for report in done}
        reports = [_report(item, after, change) for item in found]
    return fleet_output.close([*reports, *fleet.doubled], json=as_json)


def checked(before: There, after: There) -> list[Finding]:
    """Every check of verify, and whether the normal claude is what it was before."""
    found = findings(after.config, after.actual, after.steps, tried(after, after.actual))
    return [*found, normal_claude_unchanged(before.actual, after.actual)]


def _changed(fleet: Fleet, todo: Sequence[There], change: Change, *, json: bool) -> list[Report]:
    refused = obtain(fleet, todo)
    allowed = [there for there in todo if there.name not in refused]
    for there in allowed:
        engine.register(there.host, there.steps, is_root=there.actual.is_root)
    engine.begin(fleet.state)
    with fleet_output.board([there.host for there in allowed], json=json) as board:

        def work(there: There) -> Report:
            return board.watching(there.name, lambda: _change(there, change, board))

        return [*fleet.each(allowed, work), *refused.values()]


def _change(there: There, change: Change, board: fleet_output.Board) -> Report:
    try:
        with remote_lock.only_run(there.host, there.actual):
            steps = engine.carried_out(there.host, there.steps, lambda *step: board.step(there.name, *step))
    except SetupError as error:
        return Report(there.name, steps=stopped(there.steps, error))
    if any(step.change == "failed" for step in steps):
        return Report(there.name, steps=steps)
    board.step(there.name, "checks", "pending")
    try:
        after = look_again(there.host, there.config, change.planned)
        return Report(there.name, steps=steps, findings=change.closing(there, after))
    except SetupError as error:
        return unreached(there.name, error, steps)


def stopped(steps: Sequence[Step], error: SetupError) -> list[Step]:
    """The steps of a host where the work could not begin: the first one says why."""
    first = engine.pending(steps)[0]
    return [engine.failed(step, error.problem, error.remedy) if step is first else step for step in steps]


def _report(item: There | Report, after: dict[str, Report], change: Change) -> Report:
    if isinstance(item, Report):
        return item
    return after.get(item.name) or Report(item.name, steps=item.steps, findings=change.known(item))


def _asked(there: There) -> list[Finding]:
    return quick_findings(there.config, there.actual, there.steps)
