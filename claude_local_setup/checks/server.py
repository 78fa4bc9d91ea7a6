"""The model's server, as a session asks it before it starts."""

from __future__ import annotations

from collections.abc import Iterator

from ..session.words import NO_LINE, Remedy
from .answers import UNTRIED, plain
from .report import Finding
from .trials import Trials

SERVER = (*("answers", "no tools of its own", "Messages API", "tools", "context", "attribution header off"),)


def tool_call(trials: Trials) -> Iterator[Finding]:
    """Of a model that we installed: whether it does what a session lives by."""
    if (said := trials.get("tool_call")) is not None:
        remedy = Remedy("claude-local-setup init")
        answer = said.rpartition("\n")[2]  # before it may stand what a session says of other things
        problem = "" if answer == "works" else plain(answer)
        yield Finding("server: makes a tool call from the jail", problem, remedy if problem else NO_LINE)


def server(trials: Trials) -> Iterator[Finding]:
    """The wrapper's own checks before a session, as `--check-server` tells them: CHECK|PROBLEM|REMEDY[|warning].

    What could not be asked because of one that failed is no problem of its own: it is counted there.
    """
    told = [line.split("|") for line in trials.get("server", "").splitlines() if line.count("|") >= 2]
    untold = [check for check in SERVER if check not in [name for name, *_ in told]]
    if not told:
        yield Finding("server: answers", UNTRIED, Remedy("claude-local --check-server"))
        return
    for check, problem, remedy, *kind in told:
        is_cause = bool(problem) and not kind
        waiting = f" ({len(untold)} more checks wait for it)" if is_cause and untold else ""
        untold = [] if is_cause else untold
        yield Finding(
            f"server: {plain(check)}", plain(problem) + waiting, Remedy(plain(remedy)), warning=kind == ["warning"]
        )
    for check in untold:
        yield Finding(f"server: {check}", UNTRIED, Remedy("claude-local --check-server"))
