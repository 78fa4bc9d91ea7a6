"""What apply and remove have in common on this machine: show the plan, ask once, carry it out, tell what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from ..checks import report as reports
from ..checks.report import Finding, Report
from ..engine.lock import only_run
from ..entries.actions import Step, root_commands
from ..errors import FAILED
from ..fleet.root import obtain
from ..host.actual import Actual
from ..screen.output import confirm, say, show_failures, show_findings, show_kept, show_plan, show_summary


def is_refused(steps: Sequence[Step]) -> bool:
    """Whether a step cannot be carried out as things stand: then nothing is begun."""
    return any(step.change == "failed" for step in steps)


def is_pending(steps: Sequence[Step]) -> bool:
    return any(step.change == "pending" for step in steps)


def shown(report: Report, *, json: bool) -> int:
    """The plan only: for a dry run, or because it is refused. Returns the exit code."""
    if json:
        click.echo(reports.as_json([report]))
    else:
        show_plan(report.steps, err=False)
        show_kept(report.steps, err=False)
        show_failures(report.steps, err=True)
        say("nothing was changed", bold=True)
        show_summary(report, err=False)
    return FAILED if is_refused(report.steps) else 0


def ask(steps: Sequence[Step], command: str, *, yes: bool, err: bool) -> None:
    """Shows the plan and asks; SetupError unless the answer is yes."""
    show_plan(steps, err=err)
    show_kept(steps, err=err)
    confirm(yes, again=f"{command} -y", err=err)


def carried_out(steps: Sequence[Step], actual: Actual, command: str, *, err: bool) -> list[Step]:
    """The steps with what came of each; no other run meanwhile, and root rights asked for before."""
    commands = root_commands(steps)
    if commands and not actual.is_root:
        obtain(commands, command)
    with only_run(Path(actual.home)):
        from ..engine.run import apply_here

        done = apply_here(steps, is_root=actual.is_root, progress=lambda name, change: _progress(name, change, err=err))
    return [replace(step, remedy=f"mend that, then: {command}") if step.change == "failed" else step for step in done]


def _progress(name: str, change: str, *, err: bool) -> None:
    if change == "pending":
        say(f"... {name}", err=err, dim=True)
    elif change not in ("changed", "failed"):
        say(f"    {change}", err=err)


def closed(report: Report, *, json: bool) -> int:
    """Tells what came of it. Returns the exit code."""
    if json:
        click.echo(reports.as_json([report]))
    else:
        show_failures(report.steps, err=True)
        show_summary(report, err=False)
        show_findings(report.findings)
        _say_normal(report.findings)
    return FAILED if report.count("failed") else 0


def kept(steps: Sequence[Step]) -> list[Finding]:
    """What stays although we put it, because it is the user's by now."""
    return [Finding(f"kept: {step.name}", step.kept, step.remedy) for step in steps if step.kept]


def _say_normal(findings: Sequence[Finding]) -> None:
    if all(item.ok for item in findings if item.check.startswith("normal claude")):
        say("normal claude: unchanged")
