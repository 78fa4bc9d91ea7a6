"""Reports of hosts where the work did not get far."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..checks.report import Finding, Report
from ..entries.actions import Step
from ..errors import FromHere, SetupError
from ..session.words import typed

REACHED = "host: reached"


def unreached(name: str, error: SetupError, steps: Iterable[Step] = ()) -> Report:
    return Report(name, reached=False, steps=list(steps), findings=[Finding(REACHED, error.problem, error.remedy)])


def stopped(steps: Sequence[Step], error: SetupError) -> list[Step]:
    """The steps of a host where the work could not begin: the first one says why."""
    first = next(step for step in steps if step.change == "pending")
    failed = replace(first, change="failed", error=error.problem, remedy=error.remedy)
    return [failed if step is first else step for step in steps]


def again(*more: str) -> FromHere:
    """This very command."""
    return FromHere(typed("claude-local-setup", *sys.argv[1:], *more))
