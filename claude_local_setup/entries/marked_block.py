"""Our marked lines in the user's text; in a shell's, what they stand for is no longer an older alias's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..host.actual import Actual, Node
from ..user_files import block, old_alias
from .actions import Step
from .ours import record, there_without_content
from .places import check_place
from .record import Before, Put, Record
from .steps import removed, rewritten, written


@dataclass(frozen=True)
class Block:
    name: str
    path: str
    body: bytes
    marks: block.Marks
    mode: int
    instead: bytes = b""  # what the user's text begins with where there is none

    def put(self) -> Put:
        return Put(self.path, body=self.body.decode())

    def before(self, actual: Actual) -> Before:
        before = there_without_content(self.path, actual)
        return replace(before, content=self.instead) if self.instead and before.kind == "absent" else before

    def found(self, actual: Actual) -> Record | None:
        text = actual.node(self.path).content or b""
        return record(self, actual) if _without(text, self.marks, self.body) != text else None

    def step(self, actual: Actual, known: Record | None) -> Step:
        node = actual.node(self.path)
        check_place(self.path, node, actual)
        earlier = [known.put.body.encode(), known.was.body.encode()] if known else []
        text = self.instead if node.content is None else node.content
        content = _with(text, self.marks, self.body, earlier)
        return written(self.name, self.path, content, node.mode if node.kind == "file" else self.mode, actual)

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        if node.kind == "dangling":
            return Step(record.name)
        check_place(record.put.path, node, actual)
        marks = block.MARKDOWN if record.put.path.endswith(".md") else block.SHELL
        text = node.content or b""
        left = _without(text, marks, record.put.body.encode(), [record.was.body.encode()])
        is_as_begun = text != left == (record.before.content or b"")
        if is_as_begun and record.before.kind == "absent" and not node.link:
            return removed(record, node, actual)
        return rewritten(record, node, actual, left, node.mode)


def _with(text: bytes, marks: block.Marks, body: bytes, earlier: Sequence[bytes]) -> bytes:
    content = block.with_block(text, body, marks, earlier)
    return old_alias.without(content) if marks is block.SHELL else content


def _without(text: bytes, marks: block.Marks, body: bytes, earlier: Sequence[bytes] = ()) -> bytes:
    content = block.without_block(text, body, marks, earlier)
    return old_alias.restored(content) if marks is block.SHELL else content
