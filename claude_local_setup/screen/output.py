"""How it looks: colours and ticks on a terminal, plain lines in a pipe; NO_COLOR is obeyed. Nothing is decided here."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Sequence

import click

from ..checks.report import Finding, Report
from ..entries.actions import Step, root_commands
from ..errors import USAGE, SetupError

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_COLOUR_OF_CHANGE = {"changed": "green", "failed": "red", "pending": "yellow"}


def say(text: str = "", *, err: bool = False, **style: object) -> None:
    """One line, with nothing in it that a terminal would obey; styled only where somebody looks at it."""
    plain = "NO_COLOR" in os.environ
    click.echo(printable(text) if plain else click.style(printable(text), **style), err=err)  # type: ignore[arg-type]


def show_plan(steps: Sequence[Step], *, err: bool) -> None:
    """What would change: each step's diff, then the exact commands that need root."""
    for step in steps:
        if step.change == "pending":
            say(step.name, err=err, bold=True)
            show_diff(step.diff, err=err)
    commands = root_commands(steps)
    if commands:
        say("as root, once:", err=err, bold=True)
        for command in commands:
            say("  sudo " + shlex.join(command), err=err)


def show_diff(diff: str, *, err: bool) -> None:
    for line in diff.splitlines():
        say(f"  {printable(line)}", err=err, fg=_COLOURS.get(line[:1]))


def confirm(yes: bool, *, again: str, err: bool) -> None:
    """Asks once; SetupError if the answer is no or nobody can be asked. `again` is the command that needs no answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise SetupError("there is no terminal to ask on; nothing was changed", remedy=again, exit_code=USAGE)
    if not _agreed(err=err):
        raise SetupError("nothing was changed", remedy=again)


def _agreed(*, err: bool) -> bool:
    try:
        return click.confirm("Do this?", err=err)
    except click.Abort:  # Ctrl-C, Ctrl-D
        say(err=err)
        return False


def show_summary(report: Report, *, err: bool) -> None:
    changed, pending, unchanged = report.count("changed"), report.count("pending"), report.count("none")
    say(
        f"{changed} changed, {unchanged} unchanged" + (f", {pending} to do" if pending else ""),
        err=err,
        bold=True,
    )


def show_failures(steps: Iterable[Step], *, err: bool) -> None:
    """Each reason once, with all that fails for it."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for step in steps:
        if step.change == "failed":
            reasons.setdefault((step.error, step.remedy), []).append(step.name)
    for (error, remedy), names in reasons.items():
        say(f"{', '.join(names)}: {printable(error)}", err=err, fg="red")
        if remedy:
            say(f"  remedy: {printable(remedy)}", err=err)


def show_kept(steps: Iterable[Step], *, err: bool) -> None:
    for step in steps:
        if step.kept:
            say(f"kept: {step.name}: {step.kept}", err=err, fg="yellow")
            say(f"  remedy: {step.remedy}", err=err)


def show_findings(findings: Sequence[Finding]) -> None:
    """Each check with its outcome; groups that are well in one line."""
    for area in dict.fromkeys(_area(finding) for finding in findings):
        group = [finding for finding in findings if _area(finding) == area]
        well = [finding for finding in group if not finding.problem]
        if len(well) == len(group) > 4:
            say(f"ok   {area}: all {len(group)} checks", fg="green")
            continue
        for finding in group:
            _show_finding(finding)
    problems = sum(not finding.ok for finding in findings)
    say(f"{problems} {'problem' if problems == 1 else 'problems'} in {len(findings)} checks", bold=True)


def _show_finding(finding: Finding) -> None:
    if not finding.problem:
        say(f"ok   {printable(finding.check)}", fg="green")
        return
    word, colour = ("warn", "yellow") if finding.warning else ("FAIL", "red")
    say(f"{word} {printable(finding.check)}: {printable(finding.problem)}", fg=colour)
    say(f"     remedy: {printable(finding.remedy)}")


def show_steps(steps: Iterable[Step]) -> None:
    for step in steps:
        word = {"none": "ok", "pending": "differs"}.get(step.change, step.change)
        say(f"{word:<8} {step.name}", fg=_COLOUR_OF_CHANGE.get(step.change))


def printable(text: str) -> str:
    """Without anything that a terminal would obey: diffs and errors carry other people's bytes."""
    return "".join(
        character if character.isprintable() or character == "\t" else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _area(finding: Finding) -> str:
    return finding.check.partition(":")[0]
