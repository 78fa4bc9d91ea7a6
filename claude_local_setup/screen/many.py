"""How many hosts look: one plan for those that need the same, one closing matrix."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..checks.report import Finding, Report
from ..entries.actions import root_commands
from ..session.words import Remedy, printable, quoted
from .board import MARKS
from .board import board as board
from .output import COLOUR_OF_WORD, names, say, say_prose, say_remedy, show_diff
from .plan import Line, commands, lines, shown

T = TypeVar("T")
_ROOMY = 100  # columns: from there on each step is a mark
_MANY = 8  # hosts that are not named one by one where it is shorter to name the others


def show_plans(plans: Sequence[Report], *, err: bool, diff: bool) -> None:
    """What would change, each thing once with the hosts that have it; then the commands that need root."""
    todo = [plan for plan in plans if not plan.count("failed")]
    everyone = [plan.host for plan in todo]
    if diff:
        pending = ((plan.host, [(s.name, s.diff) for s in plan.steps if s.change == "pending"]) for plan in todo)
        for (step, text), hosts in _grouped(pending):
            say(f"{step}: {_all_or_named(hosts, everyone)}", err=err, bold=True)
            show_diff(text, err=err)
    else:
        _show_summaries(todo, err=err)
    of_root = [(plan.host, commands(root_commands(plan.steps))) for plan in todo]
    for number, (command, hosts) in enumerate(_grouped(of_root)):
        if number == 0:
            say("as root, once:", err=err, bold=True)
        say(f"  {command}   ({_all_or_named(hosts, everyone)})", err=err)


def _show_summaries(plans: Sequence[Report], *, err: bool) -> None:
    """Once for all hosts that need the same."""
    groups: dict[tuple[Line, ...], list[str]] = {}
    for plan in plans:
        if found := tuple(lines(plan.steps)):
            groups.setdefault(found, []).append(plan.host)
    for found, hosts in groups.items():
        say_prose(f"{_all_or_named(hosts, [plan.host for plan in plans])}:", err=err, indent="", bold=True)
        for line in shown(found):
            say(line, err=err, fg=COLOUR_OF_WORD.get(line.split()[0]))


def show_notices(reports: Sequence[Report], *, err: bool) -> None:
    everyone = [report.host for report in reports]
    told = ((r.host, item.problem, item.remedy) for r in reports for item in r.findings)
    for problem, hosts, remedies in _told_once(told):
        said = f"{_all_or_named(hosts, everyone)}: {problem}"
        say_prose(": ".join((said, *remedies[:1])), err=err, indent="  ", fg="yellow")
        for remedy in remedies[1:]:
            say(f"  {remedy}", err=err, fg="yellow")


def show_unanswered(reports: Sequence[Report], everyone: Sequence[str]) -> None:
    """Each reason once, of those that gave no answer."""
    told = ((r.host, item.problem, item.remedy) for r in reports for item in r.findings)
    for problem, hosts, remedies in _told_once(told):
        say_prose(f"{_all_or_named(hosts, everyone)}: {problem}", err=True, indent="  ", fg="red")
        for remedy in remedies:
            say_remedy(remedy, err=True)


def _all_or_named(hosts: Sequence[str], everyone: Sequence[str]) -> str:
    others = [name for name in everyone if name not in hosts]
    if not others and len(hosts) > 1:
        return f"all {len(hosts)} hosts"
    is_shorter = len(hosts) > _MANY and len(others) < len(hosts)
    return f"all {len(everyone)} hosts but {names(others)}" if is_shorter else names(hosts)


def _grouped(of_hosts: Iterable[tuple[str, Iterable[T]]]) -> list[tuple[T, list[str]]]:
    """Each thing once, with the hosts that have it."""
    found: dict[T, list[str]] = {}
    for host, things in of_hosts:
        for thing in things:
            found.setdefault(thing, []).append(host)
    return list(found.items())


def _told_once(of_hosts: Iterable[tuple[str, T, Remedy]]) -> list[tuple[T, list[str], list[Remedy]]]:
    """Each thing once, with the hosts that have it, and each remedy once for all the hosts that it is the same for."""
    found: dict[T, dict[str, list[str]]] = {}
    for host, what, remedy in of_hosts:
        of_its = re.sub(rf"(?<=--limit ){re.escape(quoted(host))}(?!\S)", "\0", remedy)
        found.setdefault(what, {}).setdefault(of_its, []).append(host)
    return [
        (
            what,
            [host for hosts in lines.values() for host in hosts],
            [Remedy(line.replace("\0", quoted(",".join(hosts)))) for line, hosts in lines.items() if line],
        )
        for what, lines in found.items()
    ]


def show_outcome(reports: Sequence[Report], *, begun: bool) -> None:
    show_checks(reports)


def show_checks(reports: Sequence[Report]) -> None:
    _show_problems(reports)
    _show_matrix(reports)


def show_states(reports: Sequence[Report]) -> None:
    everyone = [report.host for report in reports]
    differing = ((r.host, ", ".join(step.name for step in r.steps if step.change != "none")) for r in reports)
    for steps, hosts in _grouped((host, [steps] if steps else []) for host, steps in differing):
        say_prose(f"{_all_or_named(hosts, everyone)}: differs: {steps}", fg="yellow")
    show_checks(reports)


def _show_problems(reports: Sequence[Report]) -> None:
    """Each failure and each problem once, with the hosts that have it."""
    everyone = [report.host for report in reports]
    failures = ((r.host, (s.name, s.error), s.remedy) for r in reports for s in r.steps if s.change == "failed")
    problems = (
        (r.host, (f.check, f.problem), f.remedy)
        for r in reports
        for f in r.findings
        if not f.ok and not _is_planned(f, r)
    )
    for (what, why), hosts, remedies in [*_told_once(failures), *_told_once(problems)]:
        say_prose(f"FAIL {_all_or_named(hosts, everyone)}: {what}: {why}", fg="red")
        for remedy in remedies:
            say_remedy(remedy, indent=" " * 5)


def _is_planned(finding: Finding, report: Report) -> bool:
    """What the plan says already is no problem besides."""
    return finding.check.startswith("target state: ") and bool(report.count("pending") + report.count("failed"))


def _show_matrix(reports: Sequence[Report]) -> None:
    """One row a host. In a pipe the same as lines."""
    if not sys.stdout.isatty():
        for report in reports:
            say(f"{printable(report.host)}: {_summary(report)}")
        return
    console = Console()
    table = Table(box=None, pad_edge=False)
    table.add_column("host", overflow="fold")
    if console.width >= _ROOMY:
        table.add_column("steps", no_wrap=True, overflow="crop")
    for name in ("changed", "unchanged", "to do", "failed", "problems"):
        table.add_column(name, no_wrap=True)
    for report in reports:
        cells = _cells(report) if console.width >= _ROOMY else _cells(report)[1:]
        table.add_row(escape(printable(report.host)), *cells)
    console.print(table)


def _cells(report: Report) -> list[str]:
    if not report.reached and not report.steps:
        return ["[red]✗[/]", "", "", "", "", "[red]not reached[/]"]
    counts = [str(report.count(change)) for change in ("changed", "none", "pending", "failed")]
    return ["".join(MARKS[step.change] for step in report.steps), *counts, str(report.problems)]


def _summary(report: Report) -> str:
    if not report.reached and not report.steps:
        return "not reached"
    said = f"{report.count('changed')} changed, {report.count('none')} unchanged"
    for change, word in (("pending", "to do"), ("failed", "failed")):
        said += f", {report.count(change)} {word}" if report.count(change) else ""
    problems = f"{report.problems} {'problem' if report.problems == 1 else 'problems'} in {len(report.findings)} checks"
    return f"{said}, {problems}" if report.findings else said
