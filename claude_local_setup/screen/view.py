"""What a command shows, in one of two ways: all of one machine (one.py), or many machines side by side (many.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from ..checks.report import Report

T = TypeVar("T")


class Board(Protocol):
    """What is going on, while it goes on."""

    def step(self, host: str, name: str, change: str) -> None:
        """`change` is "pending" while the step runs, what came of it, or, in words, what it waits for."""

    def watching(self, host: str, doing: str, work: Callable[[], T]) -> T:
        """`work`, with what the host is busy with shown meanwhile."""


class View(Protocol):
    def show_plans(self, plans: Sequence[Report], *, err: bool, diff: bool) -> None:
        """What would change, in short or each difference, and the commands that need root."""

    def show_notices(self, reports: Sequence[Report], *, err: bool) -> None:
        """What is to be known before the question."""

    def board(self, hosts: Sequence[str], *, err: bool) -> AbstractContextManager[Board]: ...

    def show_outcome(self, reports: Sequence[Report], *, begun: bool) -> None:
        """What came of a change; `begun`: it was not only looked at."""

    def show_checks(self, reports: Sequence[Report]) -> None: ...

    def show_states(self, reports: Sequence[Report]) -> None:
        """Whether each entry is as it should be."""


def view(*, here: bool) -> View:
    if here:
        from . import one

        return one
    from . import many  # rich takes its time

    return many
