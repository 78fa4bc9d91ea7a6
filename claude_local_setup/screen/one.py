"""How this machine alone looks: its plan, each step as it is done, every check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from ..checks.report import Finding, Report
from ..entries.actions import Step, root_commands
from ..session.words import Remedy, printable, told
from .life import Life, is_seen, life
from .output import COLOUR_OF_WORD, say, say_prose, say_remedy, show_diff
from .plan import commands, lines, shown

T = TypeVar("T")
_FEW = 4  # checks of one area that are told one by one
_COLOUR_OF_CHANGE = {"changed": "green", "failed": "red", "pending": "yellow"}


def show_plans(plans: Sequence[Report], *, err: bool, diff: bool) -> None:
    for plan in plans:
        _show_plan(plan.steps, err=err, diff=diff)
        _show_kept(plan.steps, err=err)


def _show_plan(steps: Sequence[Step], *, err: bool, diff: bool) -> None:
    """What would change, in a few lines or each difference; then the exact commands that need root."""
    if diff:
        for step in steps:
            if step.change == "pending":
                say(step.name, err=err, bold=True)
                show_diff(step.diff, err=err)
    else:
        for line in shown(lines(steps)):
            say(line, err=err, fg=COLOUR_OF_WORD.get(line.split()[0]))
    for number, command in enumerate(commands(root_commands(steps))):
        if number == 0:
            say("as root, once:", err=err, bold=True)
        say(f"  {command}", err=err)


def show_notices(reports: Sequence[Report], *, err: bool) -> None:
    for item in (finding for report in reports for finding in report.findings):
        say_prose(told(item.problem, item.remedy), err=err, indent="  ", fg="yellow")


class _Lines:
    """What is going on, a line for each thing that begins or waits; and a sign of life where one of them takes long."""

    def __init__(self, shown: Life, *, err: bool) -> None:
        self._life = shown
        self._err = err

    def step(self, host: str, name: str, change: str) -> None:
        if change == "pending":
            self._life.begins(name)
            say(f"... {name}", err=self._err, dim=True)
        elif change in ("changed", "failed"):
            self._life.begins("")
        elif is_seen():
            self._life.tells(f"{name}: {change}")
        else:
            say(f"    {change}", err=self._err)

    def watching(self, host: str, doing: str, work: Callable[[], T]) -> T:
        self._life.begins(doing)
        return work()


@contextmanager
def board(hosts: Sequence[str], *, err: bool) -> Iterator[_Lines]:
    with life() as shown:
        yield _Lines(shown, err=err)


def show_outcome(reports: Sequence[Report], *, begun: bool) -> None:
    """What came of it; where nothing was begun though there is something to do, no more than that."""
    for report in reports:
        _show_failures(report.steps)
        if not begun and report.count("pending") + report.count("failed"):
            say("nothing was changed", bold=True)
            _show_summary(report)
        else:
            _show_summary(report)
            show_checks([report])
            _say_normal(report.findings)


def show_checks(reports: Sequence[Report]) -> None:
    for report in reports:
        _show_findings(report.findings)


def _say_normal(findings: Sequence[Finding]) -> None:
    if all(item.ok for item in findings if item.check.startswith("normal claude")):
        say("normal claude: unchanged")


def _show_summary(report: Report) -> None:
    changed, pending, unchanged = report.count("changed"), report.count("pending"), report.count("none")
    say(
        f"{changed} changed, {unchanged} unchanged" + (f", {pending} to do" if pending else ""),
        bold=True,
    )


def _show_failures(steps: Iterable[Step]) -> None:
    """Each reason once, with all that fails for it."""
    reasons: dict[tuple[str, Remedy], list[str]] = {}
    for step in steps:
        if step.change == "failed":
            reasons.setdefault((step.error, step.remedy), []).append(step.name)
    for (error, remedy), names in reasons.items():
        say(f"{', '.join(names)}: {printable(error)}", err=True, fg="red")
        say_remedy(remedy, err=True)


def _show_kept(steps: Iterable[Step], *, err: bool) -> None:
    for step in steps:
        if step.kept:
            say(f"kept: {step.name}: {step.kept}", err=err, fg="yellow")
            say_remedy(step.remedy, err=err)


def _show_findings(findings: Sequence[Finding]) -> None:
    """Each check with its outcome; many of an area that are well in one line."""
    for area in dict.fromkeys(_area(finding) for finding in findings):
        group = [finding for finding in findings if _area(finding) == area]
        well = [finding for finding in group if not finding.problem]
        if len(well) > _FEW:
            count = f"all {len(group)}" if len(well) == len(group) else f"{len(well)} of {len(group)}"
            say(f"ok   {area}: {count} checks", fg="green")
        for finding in group:
            if finding.problem or len(well) <= _FEW:
                _show_finding(finding)
    problems = sum(not finding.ok for finding in findings)
    say(f"{problems} {'problem' if problems == 1 else 'problems'} in {len(findings)} checks", bold=True)


def _show_finding(finding: Finding) -> None:
    if not finding.problem:
        say(f"ok   {printable(finding.check)}", fg="green")
        return
    word, colour = ("note", "yellow") if finding.warning else ("FAIL", "red")
    say_prose(f"{word} {finding.check}: {finding.problem}", fg=colour)
    say_remedy(finding.remedy, indent=" " * 5)


def show_states(reports: Sequence[Report]) -> None:
    """Whether each entry is as it should be."""
    for step in (step for report in reports for step in report.steps):
        word = {"none": "ok", "pending": "differs"}.get(step.change, step.change)
        say(f"{word:<8} {step.name}", fg=_COLOUR_OF_CHANGE.get(step.change))
    left = [finding for report in reports for finding in report.findings if _area(finding) == "left"]
    if left:
        say("sessions left or changed these, and they run outside the jail; look at them:", fg="yellow")
    for finding in left:
        say(f"  {printable(finding.check.removeprefix('left: '))}: {printable(finding.problem)}")


def _area(finding: Finding) -> str:
    return finding.check.partition(":")[0]
