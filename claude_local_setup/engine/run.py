"""Carries plans out through pyinfra, on this machine or any host, and says of each step what came of it."""

from __future__ import annotations

import logging
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import gevent
from gevent import get_hub, monkey

monkey.patch_all()  # pyinfra is built on gevent: this must precede its import
get_hub().exception_stream = None  # on Ctrl-C gevent would print an exception of its own

from pyinfra.api import Config, Host, Inventory, State  # noqa: E402
from pyinfra.api.exceptions import PyinfraError  # noqa: E402
from pyinfra.api.operations import run_host_op  # noqa: E402
from pyinfra.api.output import set_echo  # noqa: E402
from pyinfra.api.state import StateStage  # noqa: E402
from pyinfra.connectors import util as connector_util  # noqa: E402
from pyinfra.context import ctx_config, ctx_host, ctx_state  # noqa: E402

from ..entries.actions import Step  # noqa: E402
from . import remote  # noqa: E402
from .deploys import carry_out_all  # noqa: E402
from .root import remember  # noqa: E402

Progress = Callable[[str, str], None]  # a step's name, and what goes on: "pending" while it runs, or what came of it

CONNECT_SECONDS = 10


class _LastWords(logging.Handler):
    """What pyinfra last said about each host: an operation whose command could not even run has no output."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.of: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        host = ctx_host.get()
        if host is not None:
            self.of[host.name] = record.getMessage().removeprefix(host.print_prefix).strip()


_last_words = _LastWords()
_tells: dict[str, Callable[[str], None]] = {}  # whom to tell, by host, how far a command is
WAITING = "waiting for another package manager"
_PROGRESS = "progress: "  # in what session/serving/serve.py prints


def _overhear(message: object = None, **_style: object) -> None:
    """All that the commands print comes by, with the host's name before it."""
    host, _, said = str(message).removeprefix("[").partition("]")
    if host not in _tells:
        return
    if "Waiting for cache lock" in said:
        _tells[host](WAITING)
    elif _PROGRESS in said:
        _tells[host](said.partition(_PROGRESS)[2].strip())


def _once_each(tell: Callable[[str], None]) -> Callable[[str], None]:
    """apt says each second that it waits."""
    told: set[str] = set()

    def tell_once(text: str) -> None:
        if text not in told:
            told.add(text)
            tell(text)

    return tell_once


def _refuse(*_: object) -> str:
    raise OSError("sudo wants a password")


@contextmanager
def opened(state: State) -> Iterator[State]:
    """pyinfra made ready to run `state`, silent; disconnected at the end."""
    log = logging.getLogger("pyinfra")
    log.handlers, log.propagate = [_last_words], False
    logging.getLogger("paramiko").handlers = [logging.NullHandler()]  # what it says of a connection, we say
    gevent.get_hub().exception_stream = None  # a broken connection ends in greenlets of its own, with tracebacks
    vars(connector_util)["getpass"] = _refuse  # it would ask in the middle of the work, each host for itself, for ever
    set_echo(_overhear)
    state.print_output = True
    ctx_state.set(state)
    state.set_stage(StateStage.Connect)
    try:
        yield state
    finally:
        state.set_stage(StateStage.Disconnect)
        with gevent.Timeout(CONNECT_SECONDS, False), suppress(PyinfraError, OSError, EOFError):
            gevent.joinall([state.pool.spawn(_disconnect, host) for host in state.activated_hosts])


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C ends what this greenlet waits for, whichever one is at work when it comes: a connection's own thread,
    which is a greenlet here, would take it for an error of its own, and all others would go on."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # ignored, as in the background of a script
        yield
        return
    watcher = gevent.signal_handler(signal.SIGINT, gevent.kill, gevent.getcurrent(), KeyboardInterrupt)
    try:
        yield
    finally:
        watcher.cancel()
        signal.signal(signal.SIGINT, before)


def new_state(inventory: Inventory, state: State | None = None) -> State:
    state = state or State()
    state.check_for_changes = False
    state.init(inventory, Config(CONNECT_TIMEOUT=CONNECT_SECONDS))
    return state


def apply_here(steps: Sequence[Step], *, is_root: bool, password: str, progress: Progress) -> list[Step]:
    """Carries out the steps on this machine; see `carried_out`."""
    with opened(new_state(Inventory((["@local"], {})))) as state:
        (host,) = state.inventory
        host.connect(raise_exceptions=True)
        state.activate_host(host)
        remember(host, password)
        register(host, steps, is_root=is_root)
        begin(state)
        return carried_out(host, steps, progress)


def register(host: Host, steps: Sequence[Step], *, is_root: bool) -> None:
    """Makes an operation of each pending step, in order. For all hosts, before `begin`."""
    with ctx_config.use(host.state.config.copy()), ctx_host.use(host):
        carry_out_all(pending(steps), is_root=is_root)


def begin(state: State) -> None:
    state.set_stage(StateStage.Execute)
    state.is_executing = True


def pending(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step.change == "pending"]


def carried_out(host: Host, steps: Sequence[Step], progress: Progress) -> list[Step]:
    """Carries out the steps that are pending, in order, and stops at the first that fails.

    Returns all steps with what came of them: "changed", "failed" (with an error), or "pending" where it did not get to.
    """
    outcome: dict[str, Step] = {}
    with ctx_host.use(host):
        for step, op_hash in zip(pending(steps), host.op_hash_order, strict=True):
            progress(step.name, "pending")
            _tells[host.name] = _once_each(partial(progress, step.name))
            outcome[step.name] = _carried_out(host, step, op_hash)
            progress(step.name, outcome[step.name].change)
            if outcome[step.name].change == "failed":
                break
    return [outcome.get(step.name, step) for step in steps]


def _carried_out(host: Host, step: Step, op_hash: str) -> Step:
    _last_words.of.pop(host.name, None)
    try:
        if run_host_op(host.state, host, op_hash):
            return replace(step, change="changed")
    except Exception as error:  # whatever a connection dies of must not take the other hosts along
        return failed(step, remote.broken(host) or str(error) or type(error).__name__)
    return failed(step, remote.broken(host) or _said(host, host.state.ops[host][op_hash].operation_meta))


def failed(step: Step, error: str) -> Step:
    return replace(step, change="failed", error=error)


_CAUSE = re.compile(r"E: |npm (error|ERR!) (?!code |errno |syscall |path |A complete log)")


def _said(host: Host, meta: Any) -> str:
    said = [line.strip() for line in (meta.stderr_lines or meta.stdout_lines) if line.strip()]
    # The first of apt's or npm's own errors is the cause, those after it are what came of that.
    cause = next((line for line in said if _CAUSE.match(line)), said[-1] if said else "")
    return cause or _last_words.of.get(host.name, "") or "the command failed and gave no reason"


def _disconnect(host: Host) -> None:
    host.disconnect()
    remote.close(host)
