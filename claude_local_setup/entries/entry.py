"""What every kind of entry can say of itself; each kind is one file, listed in kinds.py."""

from __future__ import annotations

from typing import Protocol

from ..host.actual import Actual, Node
from .actions import Step
from .record import Before, Put, Record


class Entry(Protocol):
    """One thing that should be on a host."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str:
        """Where it is put; "" where it has no place of its own."""

    def put(self) -> Put:
        """What it puts on a host, as the manifest records it."""

    def before(self, actual: Actual) -> Before:
        """What was there before the first apply."""

    def found(self, actual: Actual) -> Record | None:
        """What is there and ours for certain, though no manifest says so."""

    def step(self, actual: Actual, known: Record | None) -> Step:
        """The difference; `known`: what was recorded of it. ImpossibleError where it must not be put there."""

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        """The step that undoes what was recorded, with what is there now. ImpossibleError where it cannot be."""


def key(entry: Entry) -> str:
    """What makes it the same entry in another version."""
    return entry.path or entry.name
