"""`apply` on this machine: look, show, ask, carry out, check. pyinfra is loaded only when something is to be done."""

from __future__ import annotations

from ..checks.findings import findings as all_findings
from ..checks.findings import normal_claude_unchanged, quick_findings
from ..checks.report import Report
from ..checks.trials import try_here
from ..entries.actions import Step
from . import change
from .here import Here, look

COMMAND = "claude-local-setup apply"


def apply_here(*, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Returns the exit code: 0, or 1 if a step failed. SetupError where nothing could be begun."""
    here = look()
    as_it_is = Report(steps=here.steps, findings=quick_findings(here.config, here.actual, here.steps))
    if dry_run or change.is_refused(here.steps):
        return change.shown(as_it_is, json=as_json)
    if not change.is_pending(here.steps):
        return change.closed(as_it_is, json=as_json)
    change.ask(here.steps, COMMAND, yes=yes, err=as_json)
    steps = change.carried_out(here.steps, here.actual, COMMAND, err=as_json)
    return change.closed(_report(here, steps), json=as_json)


def _report(before: Here, steps: list[Step]) -> Report:
    """What came of it, and what there is now."""
    after = look()
    known = [*change.kept(steps), normal_claude_unchanged(before.actual, after.actual)]
    if change.is_refused(steps):
        return Report(steps=steps, findings=known)
    trials = try_here(after.config, after.actual)
    return Report(steps=steps, findings=[*all_findings(after.config, after.actual, after.steps, trials), *known])
