"""A folder of files that are wholly ours: the session program."""

from __future__ import annotations

from dataclasses import dataclass

from ..host.actual import Actual, Node
from .actions import Step, put_tree, remove_all
from .ours import record, there_without_content
from .places import check_folder, check_parent
from .record import Before, Put, Record
from .steps import kept


@dataclass(frozen=True)
class Program:
    name: str
    path: str
    digest: str  # what the probe says of it
    archive: bytes  # a tar of its files

    def put(self) -> Put:
        return Put(self.path, sha256=self.digest)

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        return record(self, actual) if actual.programs.get(self.path) == self.digest else None

    def step(self, actual: Actual, known: Record | None) -> Step:
        node = actual.node(self.path)
        if node.kind == "directory" and not node.link and actual.programs.get(self.path) == self.digest:
            return Step(self.name)
        if node.kind == "absent":
            check_parent(self.path, actual)
        diff = f"+ {actual.shown(self.path)}\n"
        return Step(self.name, "pending", diff, put_tree(self.path, self.archive))

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        """With what Python has compiled of it, and the folder that is named after it."""
        path = record.put.path
        if node.kind != "directory" or node.link or actual.programs.get(path) not in record.sums:
            return kept(record, "you changed it since")
        check_folder(path, actual)
        return Step(record.name, "pending", f"- rm -r {path}\n", remove_all((path,)))
