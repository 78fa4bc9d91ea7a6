"""What apply and remove have in common: look, show the plan, ask once, carry it out, look again, tell of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ..checks.claude import normal_claude_unchanged
from ..checks.report import Finding, Report
from ..config.keys import Config
from ..entries.actions import Step
from ..errors import FromHere, SetupError
from ..fleet.machine import Fleet, Found, Machine, Planned, look
from ..fleet.opened import Hosts, opened
from ..fleet.reports import unreached
from ..screen.output import confirm, paged, say
from ..screen.plan import every_line
from ..screen.view import Board, View, view
from ..session.words import Remedy
from .answer import show_json


@dataclass(frozen=True)
class Asked:
    """How a change was asked for; `command`: without the hosts, as it is typed again."""

    command: str
    hosts: Hosts
    dry_run: bool
    yes: bool
    as_json: bool
    diff: bool = False
    enter: bool = False  # at the question it is a yes

    @property
    def err(self) -> bool:
        """Whether what is shown before the end goes to stderr: where stdout is for a program, or is a pager's."""
        asks = not self.yes and not self.dry_run and sys.stdin.isatty()
        return self.as_json or (asks and not sys.stdout.isatty())

    def of(self, *names: str) -> str:
        """These hosts, as they are typed, with a space before."""
        return replace(self.hosts, limit=(",".join(names),) if self.hosts.inventory else ()).words

    @property
    def again(self) -> Remedy:
        """The command that does it without asking."""
        return FromHere(f"{self.command} -y{self.hosts.words}")


def chosen(machine: Machine) -> Config:
    return machine.config()


@dataclass(frozen=True)
class Change:
    """What apply and remove differ in."""

    planned: Planned  # what is to be done on a host
    known: Callable[[Found], list[Finding]]  # what is to be said of one where nothing is done
    closing: Callable[[Found], list[Finding]]  # and of one, by another look, where it was done
    notice: Callable[[Found], list[Finding]] = lambda found: []  # what is to be known before the question
    config: Callable[[Machine], Config] = chosen


def changed(asked: Asked, change: Change) -> list[Report]:
    """The reports, shown. SetupError where nothing could be begun."""
    with opened(asked.hosts) as fleet:
        shown = view(here=fleet.is_here)
        found = _looked(fleet, shown, asked, change)
        there = [item for item in found if isinstance(item, Found)]
        todo = [item for item in there if item.pending]
        if todo or asked.dry_run or any(item.failed for item in there):
            notices = [fleet.told(Report(item.name, findings=change.notice(item))) for item in there]
            shown.show_notices(notices, err=asked.err)
            shown.show_plans([item.plan for item in there], err=asked.err, diff=asked.diff)
            if asked.dry_run and not asked.diff and todo:
                say(f"every line of it: {asked.command} --dry-run --diff{asked.hosts.words}", err=asked.err, dim=True)
        begun = bool(todo) and not asked.dry_run
        done = _done(fleet, shown, asked, change, todo) if begun else {}
        reports = [*(fleet.told(_report(item, done, change)) for item in found), *fleet.doubled]
    if asked.as_json:
        show_json(reports)
    else:
        shown.show_outcome(reports, begun=begun)
        if begun and not fleet.is_here:
            _say_again(asked, reports)
    return reports


def _say_again(asked: Asked, reports: Sequence[Report]) -> None:
    """The line for those alone that it did not come to an end on."""
    left = list(dict.fromkeys(report.host for report in reports if not report.reached or report.count("failed")))
    if 0 < len(left) < len(reports):
        say(f"to go on with the rest: {asked.command}{' -y' * asked.yes}{asked.of(*left)}")


def _looked(fleet: Fleet, shown: View, asked: Asked, change: Change) -> list[Found | Report]:
    with shown.board([machine.name for machine in fleet.machines], err=asked.err) as board:

        def work(machine: Machine) -> Found:
            return board.watching(machine.name, "is looked at", lambda: reached(machine, change.planned, change.config))

        return fleet.each(fleet.machines, work)


def reached(machine: Machine, planned: Planned, config: Callable[[Machine], Config] = chosen) -> Found:
    """Connects and asks; SetupError where what was chosen for it is bad, or it is not reached or not understood."""
    known = config(machine)
    machine.reach()
    return look(machine, known, planned)


def _done(fleet: Fleet, shown: View, asked: Asked, change: Change, todo: Sequence[Found]) -> dict[str, Report]:
    def details() -> None:
        plans = [found.plan for found in todo]
        paged(every_line(plans), err=asked.err)

    confirm(asked.yes, again=asked.again, err=asked.err, details=details, enter=asked.enter)
    refused = fleet.refused(todo, Remedy(asked.command))
    without = {report.host for report in refused}
    allowed = [found for found in todo if found.name not in without]
    with fleet.at_work(allowed), shown.board([found.name for found in allowed], err=asked.err) as board:

        def work(found: Found) -> Report:
            return board.watching(found.name, "begins", lambda: _carried_out(fleet, found, asked, change, board))

        return {report.host: report for report in [*refused, *fleet.each(allowed, work)]}


def _carried_out(fleet: Fleet, found: Found, asked: Asked, change: Change, board: Board) -> Report:
    steps = fleet.carried_out(found, lambda name, what: board.step(found.name, name, what))
    if any(step.change == "failed" for step in steps):
        return _broken_off(found, [_mended(step, asked, found) for step in steps])
    board.step(found.name, "checks", "pending")
    try:
        return Report(found.name, steps=steps, findings=change.closing(found))
    except SetupError as error:
        return unreached(found.name, error, steps)


def _mended(step: Step, asked: Asked, found: Found) -> Step:
    is_ours = step.change == "failed" and not step.remedy
    return replace(step, remedy=FromHere(f"{asked.command}{asked.of(found.name)}")) if is_ours else step


def _broken_off(found: Found, steps: list[Step]) -> Report:
    """Where a step failed, what else can be told is whether the normal claude is as it was."""
    findings = kept(steps)
    with suppress(SetupError):
        findings.append(normal_claude_unchanged(found.actual, found.machine.ask(list(found.actual.nodes))))
    return Report(found.name, steps=steps, findings=findings)


def _report(item: Found | Report, done: dict[str, Report], change: Change) -> Report:
    if isinstance(item, Report):
        return item
    return done.get(item.name) or Report(item.name, steps=item.steps, findings=change.known(item))


def kept(steps: Sequence[Step]) -> list[Finding]:
    """What stays although we put it, because it is the user's by now."""
    return [Finding(f"kept: {step.name}", step.kept, step.remedy) for step in steps if step.kept]
