"""Many hosts at once: look at each, work on each, one report each. A host that fails never stops the others, nor hides.

`reports_of` is for commands that only ask; `opened` for those that plan, ask and carry out (see fleet_apply).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from ..engine import remote
from ..engine import run as engine
from . import inventory  # the engine first: it readies gevent for all that follows

# isort: split
import gevent
from pyinfra.api import Host, State
from pyinfra.context import ctx_host

from ..checks.report import Finding, Report
from ..checks.trials import Trials
from ..checks.trials import command as trials_command
from ..checks.trials import read as read_trials
from ..config.keys import FLAT_PREFIX, Config, from_flat
from ..engine.operations import Probe, line
from ..entries.actions import Step
from ..errors import ConfigError, SetupError
from ..host.actual import Actual
from ..host.probe import read
from ..state.stale import actual_state, whole_plan
from ..state.target import target_state

PROBE_SECONDS = 60
TRIALS_SECONDS = 240
REACHED = "host: reached"
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class There:
    """A host that was reached, as it was found."""

    host: Host
    config: Config
    actual: Actual
    steps: Sequence[Step]

    @property
    def name(self) -> str:
        return str(self.host.name)

    @property
    def failed(self) -> bool:
        return any(step.change == "failed" for step in self.steps)

    @property
    def pending(self) -> bool:
        """Whether there is something to carry out; nothing is, where a step is known to fail."""
        return not self.failed and any(step.change == "pending" for step in self.steps)


Planned = Callable[[Config, Actual], Sequence[Step]]


def to_target_state(config: Config, actual: Actual) -> Sequence[Step]:
    return whole_plan(target_state(config, actual), actual)


def reports_of(
    source: str, limit: Sequence[str], work: Callable[[There], Report], planned: Planned = to_target_state
) -> list[Report]:
    """Each host of the inventory looked at and worked on, in parallel: a report each, in the inventory's order."""
    with opened(source, limit) as fleet:
        return [*fleet.each(fleet.hosts, lambda host: work(fleet.look(host, planned))), *fleet.doubled]


@dataclass
class Fleet:
    """The hosts of one run, while pyinfra is ready for them."""

    state: State
    source: str
    hosts: Sequence[Host]
    doubled: Sequence[Report]
    _known: dict[object, str] = field(default_factory=dict)
    _bad_data: list[ConfigError] = field(default_factory=list)

    def look(self, host: Host, planned: Planned = to_target_state) -> There:
        """Connects and asks; SetupError where the host's data is bad, or it is not reached or not understood."""
        config = self._config(host)
        remote.connect(host)
        first = self._known.setdefault(remote.identity(host), host.name)
        if first != host.name:
            raise SetupError(f"the same machine and user as {first}", remedy="name it once in the inventory")
        return look_again(host, config, planned)

    def each(self, items: Sequence[T], work: Callable[[T], U]) -> list[U | Report]:
        """`work` on every host or There, in parallel: what it returns, or a report of why it did not get that far."""
        jobs = [self.state.pool.spawn(_guarded, item, work) for item in items]
        gevent.joinall(jobs)
        if items and len(self._bad_data) == len(self.hosts):
            raise self._bad_data[0]
        return [job.get() for job in jobs]

    def _config(self, host: Host) -> Config:
        given = {name: value for name, value in host.data.dict().items() if name.startswith(FLAT_PREFIX)}
        try:
            return from_flat(given, f"{self.source}, data of {host.name}")
        except ConfigError as error:
            self._bad_data.append(error)
            raise


@contextmanager
def opened(source: str, limit: Sequence[str]) -> Iterator[Fleet]:
    """The hosts that `source` and `limit` name; SetupError with exit code 2 if there are none."""
    state = State()
    known = inventory.load(source, state)
    hosts = inventory.chosen(known, limit)
    doubled = [
        unreached(host.name, SetupError("it is listed twice", remedy="name it once in the inventory"))
        for host in hosts
        if inventory.is_listed_twice(host, source)
    ]
    with engine.opened(engine.new_state(known, state)):
        yield Fleet(state, source, hosts, doubled)


def look_again(host: Host, config: Config, planned: Planned) -> There:
    actual = probed(host, config)
    return There(host, config, actual, planned(config, actual))


def probed(host: Host, config: Config) -> Actual:
    """The host's actual state; SetupError if it does not answer, or not as a host does."""
    return actual_state(config, lambda paths: _asked(host, paths))


def _asked(host: Host, paths: Sequence[str]) -> Actual:
    _, lines, errors = remote.answer(host, Probe().command(tuple(paths)), seconds=PROBE_SECONDS)
    try:
        return read(lines)
    except SetupError as error:
        said = f": it said {errors[-1][:200]!r}" if errors else ""
        raise SetupError(f"{error.problem}{said}", remedy=error.remedy) from None


def tried(there: There, actual: Actual) -> Trials:
    """What only trying can tell, the battery in the jail included."""
    command = trials_command(there.config, actual)
    _, lines, _ = remote.answer(there.host, line(*command), seconds=TRIALS_SECONDS)
    return read_trials("\n".join(lines))


def unreached(name: str, error: SetupError, steps: Iterable[Step] = ()) -> Report:
    return Report(name, reached=False, steps=list(steps), findings=[Finding(REACHED, error.problem, error.remedy)])


def _guarded(item: Host | There, work: Callable[[Host | There], object]) -> object:
    host = item.host if isinstance(item, There) else item
    with ctx_host.use(host):
        try:
            return work(item)
        except SetupError as error:
            return unreached(host.name, error)
        except Exception as error:  # one host's surprise must not take the others along
            problem = remote.broken(host) or f"{type(error).__name__}: {error}"
            return unreached(
                host.name, SetupError(problem, remedy="run it again with --debug and --limit " + host.name)
            )
