"""The config directory: a folder with a mode of its own; what lies in it is not touched."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..host.actual import Actual, Node
from .actions import Step, make_directory, set_mode
from .ours import is_config_dir_ours, record, there
from .places import ImpossibleError, check_not_normal, check_parent, moved_away
from .record import Before, Put, Record
from .steps import mode_diff


@dataclass(frozen=True)
class Directory:
    name: str
    path: str
    mode: int

    def put(self) -> Put:
        return Put(self.path)

    def before(self, actual: Actual) -> Before:
        return Before() if is_config_dir_ours(actual) else there(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        before = None if is_config_dir_ours(actual) else there(self.path, actual)
        return record(self, actual, before=before and replace(before, made=()))

    def step(self, actual: Actual, known: Record | None) -> Step:
        node = actual.node(self.path)
        if node.kind == "absent":
            check_parent(self.path, actual)
            diff = f"+ mkdir -m {self.mode:04o} {self.path}\n"
            return Step(self.name, "pending", diff, make_directory(self.path, self.mode))
        if node.kind != "directory":
            problem = f"{self.path} is in the way: it is not a folder"
            raise ImpossibleError(problem, moved_away(self.path))
        check_not_normal(node, actual)
        if node.mode == self.mode:
            return Step(self.name)
        return Step(self.name, "pending", mode_diff(self.path, node, self.mode), set_mode(node.real, self.mode))

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        """What is in it decides: see the removal."""
        return Step(record.name)
