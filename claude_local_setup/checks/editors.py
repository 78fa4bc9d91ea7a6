"""Editors: which are open, and whether a session reaches them."""

from __future__ import annotations

from collections.abc import Iterator

from ..config.keys import Config
from ..session.words import Remedy
from .answers import UNTRIED, plain, unless
from .report import Finding
from .trials import Trials


def editors(config: Config, trials: Trials) -> Iterator[Finding]:
    """Which editors are live, and whether the first of them is reached from the jail."""
    ports = plain(trials.get("ide", "")).split()
    if not ports:
        yield Finding("IDE: none is open", *unless("ide" in trials, UNTRIED))
        return
    yield Finding(f"IDE: live at port {', '.join(ports)}", name="IDE: live")
    if config.is_jailed:
        reached = "ide reached" in trials.get("boundary", "").splitlines()
        problem = f"nothing answers at port {ports[0]} in the jail"
        yield Finding("IDE: reached from the jail", *unless(reached, problem, Remedy("claude-local --explain")))
