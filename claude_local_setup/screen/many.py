"""How a fleet looks: one plan for those that need the same, a live table or lines, one closing matrix."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import click
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from ..checks.report import Finding, Report, as_json
from ..entries.actions import root_commands
from ..errors import FAILED
from .output import printable, say, show_diff

if TYPE_CHECKING:
    from ..fleet.fleet import There

T = TypeVar("T")
_MARKS: Mapping[str, str] = {
    "none": "[dim]·[/]", "pending": "[yellow]○[/]", "changed": "[green]+[/]", "failed": "[red]✗[/]",
}  # fmt: skip


def names(hosts: Iterable[str]) -> str:
    return ", ".join(printable(host) for host in hosts)


def show_plans(plans: Sequence[There], *, err: bool) -> None:
    """Each difference once, with the hosts that have it; then the commands that need root."""
    for (step, diff), hosts in _grouped(
        (there.name, [(s.name, s.diff) for s in there.steps if s.change == "pending"]) for there in plans
    ):
        say(f"{step}: {_all_or_named(hosts, len(plans))}", err=err, bold=True)
        show_diff(diff, err=err)
    commands = [(there.name, [shlex.join(words) for words in root_commands(there.steps)]) for there in plans]
    for number, (command, hosts) in enumerate(_grouped(commands)):
        if number == 0:
            say("as root, once:", err=err, bold=True)
        say(f"  sudo {command}   ({_all_or_named(hosts, len(plans))})", err=err)


def _all_or_named(hosts: Sequence[str], count: int) -> str:
    return f"all {count} hosts" if len(hosts) == count > 1 else names(hosts)


def _grouped(of_hosts: Iterable[tuple[str, Iterable[T]]]) -> list[tuple[T, list[str]]]:
    """Each thing once, with the hosts that have it."""
    found: dict[T, list[str]] = {}
    for host, things in of_hosts:
        for thing in things:
            found.setdefault(thing, []).append(host)
    return list(found.items())


@dataclass
class Board:
    """What is going on on each host: a live table, or a line for each thing that is done."""

    console: Console
    hosts: Sequence[str]
    live: Live | None = None
    now: dict[str, str] = field(default_factory=dict)
    done: dict[str, list[str]] = field(default_factory=dict)

    def step(self, host: str, name: str, change: str) -> None:
        """`change` is "pending" while the step runs, what came of it, or, in words, what it waits for."""
        if change in ("changed", "failed"):
            self.done.setdefault(host, []).append(change)
        else:
            self.now[host] = f"{name} …" if change == "pending" else f"{name}: {change}"
        if self.live is not None:
            self.live.update(self.table())
        elif change != "pending":
            self.console.print(f"{printable(host)}: {name}: {change}", markup=False, highlight=False, soft_wrap=True)

    def watching(self, host: str, work: Callable[[], T]) -> T:
        """`work`, with the host shown as busy meanwhile."""
        self.now[host] = "…"
        try:
            return work()
        finally:
            self.now[host] = "[green]done[/]"
            if self.live is not None:
                self.live.update(self.table())

    def table(self) -> Table:
        table = Table("host", "steps", "now", box=None, pad_edge=False)
        for host in self.hosts:
            marks = "".join(_MARKS[change] for change in self.done.get(host, []))
            table.add_row(escape(printable(host)), marks, self.now.get(host, ""))
        return table


@contextmanager
def board(hosts: Sequence[object], *, json: bool) -> Iterator[Board]:
    console = Console(stderr=json, soft_wrap=False)
    shown = Board(console, [str(host) for host in hosts])
    if not console.is_terminal:
        yield shown
        return
    with Live(console=console, transient=True, refresh_per_second=8) as live:
        shown.live = live
        yield shown


def close(reports: Sequence[Report], *, json: bool) -> int:
    """The last word on all hosts, and the exit code: 1 if one was not reached or a step failed there, else 0."""
    if json:
        click.echo(as_json(reports))
    else:
        show_problems(reports)
        show_matrix(reports)
    return FAILED if any(not report.reached or report.count("failed") for report in reports) else 0


def show_problems(reports: Sequence[Report]) -> None:
    """Each failure and each problem once, with the hosts that have it."""
    failures = _grouped(
        (r.host, [(s.name, s.error, s.remedy) for s in r.steps if s.change == "failed"]) for r in reports
    )
    problems = _grouped(
        (r.host, [(f.check, f.problem, f.remedy) for f in r.findings if not f.ok and not _is_planned(f, r)])
        for r in reports
    )
    for (what, why, remedy), hosts in [*failures, *problems]:
        say(f"FAIL {_all_or_named(hosts, len(reports))}: {printable(what)}: {printable(why)}", fg="red")
        say(f"     remedy: {printable(remedy)}")


def _is_planned(finding: Finding, report: Report) -> bool:
    """What the plan says already is no problem besides."""
    return finding.check.startswith("target state: ") and bool(report.count("pending") + report.count("failed"))


def show_matrix(reports: Sequence[Report]) -> None:
    """One row a host. In a pipe the same as lines."""
    if not sys.stdout.isatty():
        for report in reports:
            say(f"{printable(report.host)}: {_summary(report)}")
        return
    table = Table("host", "steps", "changed", "unchanged", "to do", "failed", "problems", box=None, pad_edge=False)
    for report in reports:
        table.add_row(escape(printable(report.host)), *_cells(report))
    Console().print(table)


def _cells(report: Report) -> list[str]:
    if not report.reached and not report.steps:
        return ["[red]not reached[/]", "", "", "", "", ""]
    counts = [str(report.count(change)) for change in ("changed", "none", "pending", "failed")]
    return ["".join(_MARKS[step.change] for step in report.steps), *counts, str(report.problems)]


def _summary(report: Report) -> str:
    if not report.reached and not report.steps:
        return "not reached"
    said = f"{report.count('changed')} changed, {report.count('none')} unchanged"
    for change, word in (("pending", "to do"), ("failed", "failed")):
        said += f", {report.count(change)} {word}" if report.count(change) else ""
    problems = f"{report.problems} {'problem' if report.problems == 1 else 'problems'} in {len(report.findings)} checks"
    return f"{said}, {problems}" if report.findings else said
