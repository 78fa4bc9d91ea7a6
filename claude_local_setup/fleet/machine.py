"""One host, and several, as the commands see them: this machine (here.py), or those of an inventory (there.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..checks.report import Report
from ..checks.trials import Trials
from ..config.keys import Config
from ..entries.actions import Step
from ..host.actual import Actual
from ..session.server.addresses import AUTO
from ..session.words import Remedy
from ..state.chosen import changes
from ..state.target import target_state
from ..state.whole_plan import actual_state, whole_plan

if TYPE_CHECKING:
    from ..session.server.http import Dial

T = TypeVar("T")
U = TypeVar("U")
Progress = Callable[[str, str], None]  # a step's name, and what goes on: "pending" while it runs, or what came of it


class Machine(Protocol):
    @property
    def name(self) -> str: ...

    def config(self) -> Config:
        """What was chosen for it; ConfigError where that is bad."""

    def reach(self) -> None:
        """Connects; SetupError with the reason and what to do about it."""

    def ask(self, paths: Sequence[str]) -> Actual:
        """The probe's answer; SetupError if there is none."""

    def tried(self, config: Config, actual: Actual) -> Trials:
        """What only trying can tell, the battery in the jail included."""

    def dial(self, config: Config) -> Dial | None:
        """How a server is called from there; None: as any is from here."""


@dataclass(frozen=True)
class Found:
    """A machine as it was found, and what is to be done on it."""

    machine: Machine
    config: Config
    actual: Actual
    steps: Sequence[Step]

    @property
    def name(self) -> str:
        return self.machine.name

    @property
    def failed(self) -> bool:
        return any(step.change == "failed" for step in self.steps)

    @property
    def pending(self) -> bool:
        """Whether there is something to carry out; nothing is, where a step is known to fail."""
        return not self.failed and any(step.change == "pending" for step in self.steps)

    @property
    def plan(self) -> Report:
        return Report(self.name, steps=self.steps)

    def again(self) -> Found:
        """Another look, for the target state."""
        return look(self.machine, self.config)


Planned = Callable[[Config, Actual], Sequence[Step]]


def to_target_state(config: Config, actual: Actual) -> Sequence[Step]:
    """With what was chosen anew, at the first that differs for it."""
    steps = whole_plan(target_state(config, actual), actual)
    first = next((step for step in steps if step.change == "pending"), None)
    return [replace(step, chosen=changes(config, actual)) if step is first else step for step in steps]


def look(machine: Machine, config: Config, planned: Planned = to_target_state) -> Found:
    """Asks a machine that was reached; SetupError where it does not answer, or not as a host does."""
    dial = machine.dial(config) if config.server.base_url == AUTO else None
    actual = actual_state(config, machine.ask, dial)
    return Found(machine, config, actual, planned(config, actual))


class Fleet(Protocol):
    """The machines of one run."""

    @property
    def is_here(self) -> bool:
        """Whether it is this machine, without an inventory."""

    @property
    def machines(self) -> Sequence[Machine]: ...

    def told(self, report: Report) -> Report:
        """With each remedy as it is typed on this machine."""

    @property
    def doubled(self) -> Sequence[Report]:
        """What an inventory names twice."""

    def each(self, items: Sequence[T], work: Callable[[T], U]) -> list[U | Report]:
        """`work` on every machine or Found, at once: what it returns, or a report of why it did not get that far."""

    def refused(self, todo: Sequence[Found], again: Remedy) -> list[Report]:
        """Asks once for the root rights that the work needs; a report for each host that does not give them."""

    def at_work(self, todo: Sequence[Found]) -> AbstractContextManager[None]:
        """Makes ready what carries out."""

    def carried_out(self, found: Found, progress: Progress) -> list[Step]:
        """The steps with what came of each; no other run on that host meanwhile."""
