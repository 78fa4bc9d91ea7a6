"""Our marked lines in the user's text."""

from __future__ import annotations

from dataclasses import dataclass

from ..host.actual import Actual, Node
from ..user_files import block
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

    def put(self) -> Put:
        return Put(self.path, body=self.body.decode())

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        text = actual.node(self.path).content or b""
        return record(self, actual) if block.without_block(text, self.body, self.marks) != text else None

    def step(self, actual: Actual, known: Record | None) -> Step:
        node = actual.node(self.path)
        check_place(self.path, node, actual)
        earlier = [known.put.body.encode(), known.was.body.encode()] if known else []
        content = block.with_block(node.content or b"", self.body, self.marks, earlier)
        return written(self.name, self.path, content, node.mode if node.kind == "file" else self.mode, actual)

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        if node.kind == "dangling":
            return Step(record.name)
        check_place(record.put.path, node, actual)
        marks = block.MARKDOWN if record.put.path.endswith(".md") else block.SHELL
        text = node.content or b""
        left = block.without_block(text, record.put.body.encode(), marks, [record.was.body.encode()])
        if text != left == b"" and record.before.kind == "absent" and not node.link:
            return removed(record, node, actual)
        return rewritten(record, node, actual, left, node.mode)
