"""This machine without an inventory: a fleet of one. pyinfra is loaded only when something is to be carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..checks.report import HERE, Report
from ..checks.trials import Trials, try_here
from ..config.file import home, load
from ..config.keys import Config
from ..entries.actions import Step, root_commands
from ..host.actual import Actual
from ..host.lock import only_run
from ..host.probe import probe_here
from ..session.words import Remedy
from . import sudo
from .machine import Found, Progress, T, U

if TYPE_CHECKING:
    from ..session.server.http import Dial


class ThisMachine:
    name = HERE

    def config(self) -> Config:
        return load()

    def reach(self) -> None:
        home()

    def ask(self, paths: Sequence[str]) -> Actual:
        return probe_here(paths)

    def tried(self, config: Config, actual: Actual) -> Trials:
        return try_here(config, actual)

    def dial(self, config: Config) -> Dial | None:
        return None


class Here:
    """What goes wrong ends the run: there is nobody else to go on with."""

    is_here = True
    machines = (ThisMachine(),)
    doubled: Sequence[Report] = ()

    def __init__(self) -> None:
        self._password = ""

    def told(self, report: Report) -> Report:
        return report

    def each(self, items: Sequence[T], work: Callable[[T], U]) -> list[U | Report]:
        return [work(item) for item in items]

    def refused(self, todo: Sequence[Found], again: Remedy) -> list[Report]:
        commands = [command for found in todo for command in root_commands(found.steps) if not found.actual.is_root]
        if commands:
            self._password = sudo.obtain(commands, again)
        return []

    @contextmanager
    def at_work(self, todo: Sequence[Found]) -> Iterator[None]:
        yield

    def carried_out(self, found: Found, progress: Progress) -> list[Step]:
        with only_run(Path(found.actual.home)):
            from ..engine.run import apply_here

            return apply_here(found.steps, is_root=found.actual.is_root, password=self._password, progress=progress)
