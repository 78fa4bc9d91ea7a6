"""A file that we put only where there is none; from then on it is Claude Code's."""

from __future__ import annotations

from dataclasses import dataclass

from ..host.actual import Actual, Node
from .actions import Step, sha256
from .ours import record, there_without_content
from .places import check_place
from .record import Before, Put, Record
from .steps import removed, written


@dataclass(frozen=True)
class Seed:
    name: str
    path: str
    content: bytes
    mode: int

    def put(self) -> Put:
        return Put(self.path, sha256=sha256(self.content))

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        return record(self, actual) if actual.node(self.path).content == self.content else None

    def step(self, actual: Actual, known: Record | None) -> Step:
        node = actual.node(self.path)
        if node.kind == "file":
            return Step(self.name)
        check_place(self.path, node, actual)
        return written(self.name, self.path, self.content, self.mode, actual)

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        """Once Claude Code has written to it, it is a session's."""
        ours = node.content is not None and sha256(node.content) in record.sums
        if record.before.kind == "absent" and ours and not node.link:
            return removed(record, node, actual)
        return Step(record.name)
