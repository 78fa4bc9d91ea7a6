"""The model's server, as a session asks it before it starts."""

from __future__ import annotations

from collections.abc import Iterator

from .answers import UNTRIED, plain
from .report import Finding
from .trials import Trials

SERVER = (*("answers", "no tools of its own", "Messages API", "tools", "context", "attribution header off"),)


def tool_call(trials: Trials) -> Iterator[Finding]:
    """Of a model that we installed: whether it does what a session lives by."""
    if (said := trials.get("tool_call")) is not None:
        remedy = "claude-local-setup config set server.model_source OWNER/REPO:QUANT && claude-local-setup apply"
        answer = said.rpartition("\n")[2]  # before it may stand what a session says of other things
        problem = "" if answer == "works" else plain(answer)
        yield Finding("server: makes a tool call from the jail", problem, remedy if problem else "")


def server(trials: Trials) -> Iterator[Finding]:
    """The wrapper's own checks before a session, as `--check-server` tells them: CHECK|PROBLEM|REMEDY[|warning]."""
    told = [line.split("|") for line in trials.get("server", "").splitlines() if line.count("|") >= 2]
    for check, problem, remedy, *kind in told:
        yield Finding(f"server: {plain(check)}", plain(problem), plain(remedy), warning=kind == ["warning"])
    mended_first = next(
        (remedy for _, problem, remedy, *kind in told if problem and not kind), "claude-local-setup apply"
    )
    for check in SERVER:
        if check not in [name for name, *_ in told]:
            yield Finding(f"server: {check}", UNTRIED, plain(mended_first))
