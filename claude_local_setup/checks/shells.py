"""Shells: a fresh one finds claude-local, and starts the normal claude by its name."""

from __future__ import annotations

from collections.abc import Iterator

from ..config.keys import Config
from ..host.actual import Actual
from . import trials
from .answers import UNTRIED, unless
from .report import Finding
from .trials import Trials


def shells(config: Config, actual: Actual, tried: Trials) -> Iterator[Finding]:
    for name in trials.shells(config, actual):
        words = tried.get(f"shell_{name}", UNTRIED).split()
        yield Finding(
            f"shell: {name} finds claude-local",
            *unless("found" in words, "a fresh login shell does not find it"),
        )
        yield Finding(f"shell: {name} has ~/.local/bin on PATH", *unless("path" in words, "it is missing there"))
        yield Finding(
            f"shell: {name} starts the normal claude",
            *unless("shadowed" not in words, "`claude` leads to claude-local"),
        )
        yield Finding(
            f"shell: {name} exports no ANTHROPIC_*",
            *unless("leaks" not in words, "it does: the normal claude is affected", "remove it from your rc files"),
        )
