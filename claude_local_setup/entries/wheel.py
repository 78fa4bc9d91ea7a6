"""A Python package's files, from PyPI by their hash, in a folder of their own; never changed where it is there."""

from __future__ import annotations

from dataclasses import dataclass

from ..host.actual import Actual, Node
from .actions import Step, put_wheel, remove_all
from .ours import record, there_without_content
from .places import check_folder, check_parent
from .record import Before, Put, Record


@dataclass(frozen=True)
class Wheel:
    name: str
    path: str
    requirement: str  # NAME==VERSION
    sha256: str

    def put(self) -> Put:
        return Put(self.path, sha256=self.sha256)

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        return None if actual.is_absent(self.path) else record(self, actual)

    def step(self, actual: Actual, known: Record | None) -> Step:
        if not actual.is_absent(self.path):
            return Step(self.name)
        check_parent(self.path, actual)
        diff = f"+ pip install --require-hashes --target {actual.shown(self.path)} {self.requirement}\n"
        return Step(self.name, "pending", diff, put_wheel(self.path, f"{self.requirement} --hash=sha256:{self.sha256}"))

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        path = record.put.path
        check_folder(path, actual)
        return Step(record.name, "pending", f"- rm -r {path}\n", remove_all((path,)))
