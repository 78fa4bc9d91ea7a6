"""A symbolic link."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..host.actual import Actual, Node
from .actions import Step, make_link, remove_file
from .ours import record, there_without_content
from .places import ImpossibleError, check_folder, moved_away
from .record import Before, Put, Record
from .steps import kept


@dataclass(frozen=True)
class Link:
    name: str
    path: str
    to: str

    def put(self) -> Put:
        return Put(self.path, to=self.to)

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        return record(self, actual) if actual.node(self.path).to == self.to else None

    def step(self, actual: Actual, known: Record | None) -> Step:
        node = actual.node(self.path)
        if node.link and node.real == os.path.normpath(actual.node(self.to).real or self.to):
            return Step(self.name)
        if node.kind != "absent" and not node.link:
            problem = f"{self.path} is in the way: it is not a link"
            raise ImpossibleError(problem, moved_away(self.path))
        return Step(self.name, "pending", f"+ ln -s {self.to} {self.path}\n", make_link(self.path, self.to))

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        before, path = record.before.to, record.put.path
        if node.to == before:
            return Step(record.name)
        if not node.link or node.to not in (record.put.to, record.was.to):
            return kept(record, "you changed it since")
        if before:
            diff = f"- ln -s {node.to} {path}\n+ ln -s {before} {path}\n"
            return Step(record.name, "pending", diff, make_link(path, before))
        check_folder(path, actual)
        return Step(record.name, "pending", f"- ln -s {node.to} {path}\n", remove_file(path, f"link:{node.to}"))
