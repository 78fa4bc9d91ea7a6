"""A program called claude-local that somebody else put where shells find it first: kept, by another name."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from ..host.actual import Actual, Node
from ..session.words import typed
from .actions import Step, rename
from .ours import record
from .places import check_folder
from .record import Before, Put, Record


@dataclass(frozen=True)
class SetAside:
    """`origin`: where it was."""

    name: str
    origin: str

    @property
    def path(self) -> str:
        return aside(self.origin)

    def put(self) -> Put:
        return Put(self.path, to=self.origin)

    def before(self, actual: Actual) -> Before:
        return Before()

    def found(self, actual: Actual) -> Record | None:
        return None if actual.is_absent(self.path) else record(self, actual)

    def step(self, actual: Actual, known: Record | None) -> Step:
        """Another one that came later stays where it is: verify names it."""
        if actual.is_absent(self.origin) or not actual.is_absent(self.path):
            return Step(self.name)
        check_folder(self.origin, actual)
        return _moved(self.name, self.origin, self.path)

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        path, origin = record.put.path, record.put.to
        if not actual.is_absent(origin):
            back = typed("mv", "--backup=numbered", path, origin)
            return Step(record.name, kept=f"{path}: there is another {origin} by now", remedy=back)
        check_folder(path, actual)
        return _moved(record.name, path, origin)


def aside(path: str) -> str:
    return f"{path}.before-claude-local-setup"


def _moved(name: str, path: str, to: str) -> Step:
    return Step(name, "pending", f"+ {shlex.join(['mv', path, to])}\n", rename(path, to))
