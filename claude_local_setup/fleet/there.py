"""The machines of an inventory, through pyinfra: one that fails never stops the others, nor hides."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ..engine import remote, remote_lock, run  # run first: it readies gevent for all that follows
from ..session.words import NO_LINE, Remedy

# isort: split
import gevent
from pyinfra.api import State
from pyinfra.context import ctx_host

from ..checks.report import Report
from ..entries.actions import Step
from ..errors import USAGE, SetupError
from . import inventory, password
from .inventory import in_editor
from .lines import as_from_here, line
from .machine import Found, Machine, Progress, T, U
from .remote_machine import Inventory, RemoteMachine, host_of
from .reports import again as run_again
from .reports import stopped, unreached


class There:
    is_here = False

    def __init__(self, run: Inventory, doubled: Sequence[Report]) -> None:
        self._run = run
        self.machines = [RemoteMachine(host, run) for host in run.hosts]
        self.doubled = doubled

    def told(self, report: Report) -> Report:
        known = {str(host.name): host for host in self._run.hosts}
        return as_from_here(report, known[report.host], self._run.source)

    def each(self, items: Sequence[T], work: Callable[[T], U]) -> list[U | Report]:
        jobs = [self._run.state.pool.spawn(_guarded, item, work) for item in items]
        try:
            with run.interruptible():
                gevent.joinall(jobs)
        finally:
            gevent.killall(jobs, block=False)  # after Ctrl-C they would go on, and leave no room to disconnect in
        if items and len(self._run.bad_data) == len(self.machines):
            raise self._run.bad_data[0]
        return [job.get() for job in jobs]

    def refused(self, todo: Sequence[Found], again: Remedy) -> list[Report]:
        return password.refused(todo, self.each, lambda found: line(again, host_of(found), self._run.source))

    @contextmanager
    def at_work(self, todo: Sequence[Found]) -> Iterator[None]:
        for found in todo:
            run.register(host_of(found), found.steps, is_root=found.actual.is_root)
        run.begin(self._run.state)
        yield

    def carried_out(self, found: Found, progress: Progress) -> list[Step]:
        try:
            with remote_lock.only_run(host_of(found), found.actual):
                return run.carried_out(host_of(found), found.steps, progress)
        except SetupError as error:
            return stopped(found.steps, error)


@contextmanager
def opened_inventory(source: str, limit: Sequence[str]) -> Iterator[There]:
    """The hosts that `source` and `limit` name; SetupError with exit code 2 if there are none."""
    state = State()
    known = inventory.load(source, state)
    hosts = inventory.chosen(known, limit)
    _make_room(len(hosts))
    doubled = [
        unreached(host.name, SetupError("it is listed twice: name it once", remedy=in_editor(source)))
        for host in hosts
        if inventory.is_listed_twice(host, source)
    ]
    with run.opened(run.new_state(known, state)):
        yield There(Inventory(state, source, hosts), doubled)


def _make_room(hosts: int) -> None:
    """For a connection to each host, and one to the agent that opens it; SetupError where the system gives no more."""
    needed = 2 * hosts + 64
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != most < needed:
        problem = (
            f"{hosts} hosts at once take {needed} open files, and ulimit -n allows {most}: name fewer with --limit"
        )
        raise SetupError(problem, remedy=NO_LINE, exit_code=USAGE)
    if resource.RLIM_INFINITY != least < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, most))


def _guarded(item: Found | Machine, work: Callable[[object], object]) -> object:
    host = host_of(item)
    with ctx_host.use(host):
        try:
            return work(item)
        except SetupError as error:
            return unreached(host.name, error)
        except Exception as error:  # one host's surprise must not take the others along
            problem = remote.broken(host) or f"{type(error).__name__}: {error}"
            return unreached(host.name, SetupError(problem, remedy=run_again("--debug")))
