"""`apply`: every host brought to the target state, and every check tried there."""

from __future__ import annotations

from collections.abc import Iterator

from ..checks.claude import found as claude_found
from ..checks.claude import normal_claude_unchanged
from ..checks.findings import findings, quick_findings
from ..checks.report import Finding
from ..fleet.machine import Found, to_target_state
from ..fleet.opened import Hosts
from ..screen.output import say
from ..servers.installation import Installation, installation
from ..session.server.addresses import AUTO
from ..session.words import NO_LINE, Remedy
from ..state import older
from .answer import exit_code
from .change import Asked, Change, changed, kept
from .next_steps import next_steps

COMMAND = "claude-local-setup apply"


def apply(hosts: Hosts, *, dry_run: bool, yes: bool, as_json: bool, diff: bool = False, enter: bool = False) -> int:
    """Returns the exit code: 0, or 1 if a step failed or a host was not reached. `enter`: that is a yes."""
    asked = Asked(COMMAND, hosts, dry_run, yes, as_json, diff, enter)
    reports = changed(asked, Change(to_target_state, _known, _closing, _notice))
    code = exit_code(reports)
    if hosts.inventory is None and not as_json and not dry_run and code == 0:
        for line in next_steps(reports[0]):
            say(line)
    return code


def _known(found: Found) -> list[Finding]:
    return quick_findings(found.config, found.actual, found.steps)


def _notice(found: Found) -> list[Finding]:
    """What is taken over, what will be missing still, and what will be loaded: known before the question."""
    taken_over = ((line, NO_LINE) for line in older.told(found.config, found.actual, found.steps))
    return [Finding("notice", *said) for said in (*taken_over, *_of_claude(found), *_of_server(found))]


def _of_claude(found: Found) -> Iterator[tuple[str, Remedy]]:
    (claude,) = claude_found(found.config, found.actual)
    if not claude.ok and found.config.claude.install == "never":
        yield "Claude Code is not installed", claude.remedy


def _of_server(found: Found) -> Iterator[tuple[str, Remedy]]:
    """Which model server was found, where none was chosen; or what one of its own would be."""
    chosen = installation(found.config, found.actual)
    if chosen:
        is_new = any(step.name == "model server" and step.change == "pending" for step in found.steps)
        yield from ((text, NO_LINE) for text in chosen.notice if is_new) if isinstance(chosen, Installation) else ()
    elif found.config.server.base_url == AUTO and found.actual.server:
        yield f"model server: {found.actual.server}, found there", NO_LINE
    elif found.config.server.base_url == AUTO:
        none = "no model server answers on this machine, sessions look for one when they start"
        yield none, Remedy("claude-local-setup init")


def _closing(before: Found) -> list[Finding]:
    """Every check of verify, and whether the normal claude is what it was before."""
    after = before.again()
    trials = after.machine.tried(after.config, after.actual)
    tried = findings(after.config, after.actual, after.steps, trials)
    return [*tried, *kept(after.steps), normal_claude_unchanged(before.actual, after.actual)]
