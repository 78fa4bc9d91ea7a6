"""Packages of the distribution; apply installs what is missing, remove leaves them unless asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..host import distribution
from ..host.actual import Actual, Node
from ..session.words import APPLY, NO_LINE, in_turn
from .actions import Step, by_su, install
from .places import ImpossibleError
from .record import Before, Put, Record
from .steps import shown

_PYTHON = re.compile(r".*/python3\.(\d+)")
_LEAST = 10  # python3.10 is the oldest that a session runs by


@dataclass(frozen=True)
class Packages:
    name: str
    packages: Mapping[str, str]  # package -> the command that shows it is there
    path: str = ""

    def put(self) -> Put:
        return Put(packages=tuple(self.packages))

    def before(self, actual: Actual) -> Before:
        return Before(packages=tuple(name for name, command in self.packages.items() if actual.facts[command]))

    def found(self, actual: Actual) -> Record | None:
        return None

    def step(self, actual: Actual, known: Record | None) -> Step:
        _check_python(actual)
        missing = tuple(package for package, command in self.packages.items() if not actual.facts[command])
        if not missing:
            return Step(self.name)
        _check(missing, actual)
        action = install(missing)
        return Step(self.name, "pending", shown(action, "+"), action)

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        return Step(record.name)


def _check_python(actual: Actual) -> None:
    found = _PYTHON.fullmatch(actual.facts["python3"])
    if found and int(found[1]) < _LEAST:
        problem = f"its python3 is 3.{found[1]}, and a session runs by 3.{_LEAST} or later: it takes a newer system"
        raise ImpossibleError(problem, NO_LINE)


def _check(missing: tuple[str, ...], actual: Actual) -> None:
    what = f"{' and '.join(missing)} missing, and there is no"
    if not actual.facts["apt"]:
        way = distribution.install_command(actual.os_release, missing, apt=False)
        raise ImpossibleError(f"{what} apt here" + ("" if way else ": install them as this system does"), way)
    if not actual.is_root and not actual.facts["sudo"]:
        raise ImpossibleError(f"{what} sudo", in_turn(by_su(install(missing).commands), APPLY))
