"""The end of a command: its answer for programs, and its exit code."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ..checks.report import Report, as_json
from ..errors import FAILED


def show_json(reports: Sequence[Report]) -> None:
    click.echo(as_json(reports))


def exit_code(reports: Sequence[Report], *, problems: bool = False) -> int:
    """1 if a step failed or a host was not reached, or, with `problems`, if a problem or drift was found; else 0."""
    failed = any(not report.reached or report.count("failed") for report in reports)
    return FAILED if failed or (problems and any(report.problems for report in reports)) else 0
