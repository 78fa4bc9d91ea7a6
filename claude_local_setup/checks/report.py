"""What came of it on each host: steps and findings, and the one JSON document that holds them all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..entries.actions import Step
from ..session import words
from ..session.words import NO_LINE, Remedy, calling, told

HERE = "@local"


@dataclass(frozen=True)
class Finding:
    """The outcome of one check on one host; `problem` and `remedy` are empty when it is well.

    A warning has both and is ok all the same: it works, but could work better.
    """

    check: str
    problem: str = ""
    remedy: Remedy = NO_LINE
    warning: bool = False
    name: str = ""  # of the check, where its text says more than that

    @property
    def id(self) -> str:
        """The same in every version and on every host: host.user-namespaces."""
        area, _, rest = (self.name or self.check).partition(": ")
        words = re.sub(r"[^a-z0-9~.]+", "-", (rest or "all").lower()).strip("-.")
        return f"{area.lower().replace(' ', '-')}.{words}"

    @property
    def ok(self) -> bool:
        return self.warning or not self.problem


@dataclass(frozen=True)
class Report:
    """One host's steps and findings."""

    host: str = HERE
    reached: bool = True
    steps: Sequence[Step] = field(default_factory=list)
    findings: Sequence[Finding] = field(default_factory=list)

    def count(self, change: str) -> int:
        return sum(step.change == change for step in self.steps)

    @property
    def problems(self) -> int:
        return sum(not finding.ok for finding in self.findings)


def as_json(reports: Iterable[Report]) -> str:
    known = list(reports)
    return json.dumps(
        {
            "hosts": [_host(report) for report in known],
            **{total: sum(report.count(total) for report in known) for total in ("changed", "pending", "failed")},
            "problems": sum(report.problems for report in known),
        },
        indent=2,
        ensure_ascii=True,
    )


def _host(report: Report) -> dict[str, Any]:
    return {
        "host": report.host,
        "reached": report.reached,
        "steps": [_step(step) for step in report.steps],
        "findings": [
            {"id": item.id, "check": item.check, "ok": item.ok, "problem": item.problem, "remedy": _called(item.remedy)}
            for item in report.findings
        ],
    }


def _step(step: Step) -> dict[str, str]:
    error = _called(told(step.error, step.remedy))
    return {"name": step.name, "change": step.change, "diff": step.diff, "error": error}


def _called(text: str) -> str:
    return calling(text, words.setup)
