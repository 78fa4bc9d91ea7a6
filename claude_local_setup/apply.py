"""`apply` on this machine: look, show, ask, carry out, check. pyinfra is loaded only when something is to be done."""

from __future__ import annotations

from collections.abc import Iterable

import click

from .checks import findings as all_findings
from .checks import normal_claude_unchanged, quick_findings
from .errors import FAILED
from .here import Here, look
from .lock import only_run
from .output import confirm, say, show_failures, show_findings, show_plan, show_summary
from .plan import Step, root_commands
from .report import Finding, Report, as_json
from .root import obtain
from .trials import try_here


def apply_here(*, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Returns the exit code: 0, or 1 if a step failed. SetupError where nothing could be begun."""
    here = look()
    if dry_run or here.failed:
        return _shown(here, as_json)
    if not here.pending:
        return _closed(
            here,
            Report(steps=here.steps, findings=quick_findings(here.config, here.actual, here.steps)),
            as_json,
        )
    show_plan(here.steps, err=as_json)
    confirm(yes, again="claude-local-setup apply -y", err=as_json)
    return _changed(here, as_json)


def _shown(here: Here, json: bool) -> int:
    """The plan only: for a dry run, or because a step cannot be carried out as things stand."""
    report = Report(steps=here.steps, findings=quick_findings(here.config, here.actual, here.steps))
    if json:
        click.echo(as_json([report]))
    else:
        show_plan(here.steps, err=False)
        show_failures(here.steps, err=True)
        say("nothing was changed", bold=True)
        show_summary(report, err=False)
    return FAILED if here.failed else 0


def _changed(here: Here, json: bool) -> int:
    commands = root_commands(here.steps)
    if commands and not here.actual.is_root:
        obtain(commands)
    with only_run(here.state_dir):
        steps = _carried_out(here, json)
    after = look()
    unchanged = normal_claude_unchanged(here.actual, after.actual)
    if any(step.change == "failed" for step in steps):
        return _closed(here, Report(steps=steps, findings=[unchanged]), json)
    trials = try_here(after.config, after.actual)
    found = [*all_findings(after.config, after.actual, after.steps, trials), unchanged]
    return _closed(here, Report(steps=steps, findings=found), json)


def _carried_out(here: Here, json: bool) -> list[Step]:
    from .engine import apply_here as carry_out

    def progress(name: str, change: str) -> None:
        if change == "pending":
            say(f"... {name}", err=json, dim=True)
        elif change not in ("changed", "failed"):
            say(f"    {change}", err=json)

    return carry_out(here.steps, is_root=here.actual.is_root, progress=progress)


def _closed(here: Here, report: Report, json: bool) -> int:
    failed = report.count("failed") > 0
    if json:
        click.echo(as_json([report]))
        return FAILED if failed else 0
    show_failures(report.steps, err=True)
    show_summary(report, err=False)
    show_findings(report.findings)
    _say_normal(report.findings)
    return FAILED if failed else 0


def _say_normal(findings: Iterable[Finding]) -> None:
    if all(item.ok for item in findings if item.check.startswith("normal claude")):
        say("normal claude: unchanged")
