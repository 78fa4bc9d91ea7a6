"""A file that is wholly ours; what it replaced comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..host.actual import Actual, Node
from .actions import Step, sha256
from .ours import is_signed, record, there
from .places import ImpossibleError, check_place, moved_away
from .record import Before, Put, Record
from .steps import kept, removed, rewritten, written


@dataclass(frozen=True)
class File:
    name: str
    path: str
    content: bytes
    mode: int
    said: Callable[[bytes], bytes] = bytes  # what is shown of it

    def put(self) -> Put:
        return Put(self.path, sha256=sha256(self.content))

    def before(self, actual: Actual) -> Before:
        return Before() if self._is_ours(actual) else there(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        content = actual.node(self.path).content
        if content is None or not self._is_ours(actual):
            return None
        return record(self, actual, put=Put(self.path, sha256=sha256(content)))

    def _is_ours(self, actual: Actual) -> bool:
        """As it should be, or signed by an earlier version."""
        content = actual.node(self.path).content
        return content is not None and (content == self.content or is_signed(self.path, actual))

    def step(self, actual: Actual, known: Record | None) -> Step:
        check_place(self.path, actual.node(self.path), actual)
        self._check_link(actual, known)
        return written(self.name, self.path, self.content, self.mode, actual, self.said)

    def _check_link(self, actual: Actual, known: Record | None) -> None:
        """What somebody else's link leads to is not ours to replace."""
        node = actual.node(self.path)
        is_known = known is not None and sha256(node.content or b"") in known.sums
        if node.link and node.content and not is_known and not self._is_ours(actual):
            problem = f"{self.path} is a link to {node.real}, which is not ours"
            raise ImpossibleError(problem, moved_away(self.path))

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        before = record.before
        if before.kind == "file" and node.content == before.content:
            return Step(record.name)
        if node.content is None or sha256(node.content) not in record.sums:
            return kept(record, "you changed it since")
        if before.content is not None:
            check_place(record.put.path, node, actual)
            return rewritten(record, node, actual, before.content, node.mode if before.mode is None else before.mode)
        if node.link:
            return kept(record, "you made it a link since")
        return removed(record, node, actual)
