"""One run in the jail: the helper is started, what comes is served while it lives, and nothing is left of it.

One wait for everything: the jail's end, signals, connections, the terminal, editors that start later.
"""

from __future__ import annotations

import _signal
import _socket
import os
import select

from ..jail.mounts import Held
from ..linux import signals
from ..network.relays import Relays, received
from ..words import VERIFY, Refusal, Remedy, say
from .becoming import become_helper
from .streams import Streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..jail.plan import Plan
    from ..network.relays import Way

_TICK = 2000  # milliseconds: how often editors are looked for


def can_start(plan: Plan, program: str) -> bool:
    """Whether a jail starts here at all: bubblewrap's failures, too, end with 1."""
    plan.command, plan.listen = ("true",), ()
    plan.mounts = [mount for mount in plan.mounts if not isinstance(mount, Held)]
    run = Run(plan, (), {}, program, silent=True)
    try:
        return run.go() == 0
    except Refusal:
        return False


class Run:
    """What a run needs besides the plan, and what came of it."""

    __slots__ = (
        *("_inbox", "_process", "_silent", "_status", "_streams", "_terminal"),
        *("boxes", "each_tick", "meanwhile", "plan", "program", "published", "relays", "ways"),
    )

    def __init__(
        self, plan: Plan, ways: Sequence[Way], published: dict[int, int], program: str, *, silent: bool = False
    ) -> None:
        self.plan = plan
        self.ways = ways  # one for each place in plan.listen
        self.published = published  # listener on this machine -> port in the jail
        self.program = program  # the starter, for a helper below a copy of bubblewrap
        self.each_tick: Callable[[Run], None] = lambda run: None
        self.meanwhile: Callable[[], object] = lambda: None
        self.boxes: list[int] = []
        self.relays = Relays([])
        self._streams = Streams()
        self._silent = silent
        self._terminal: Terminal | None = None
        self._process = 0
        self._status: int | None = None

    def go(self) -> int:
        """The exit code, as a shell says it, or minus a signal to end by. Raises Refusal where no jail came to be."""
        self._streams.prepare(silent=self._silent)
        self._inbox = signals.Inbox(
            _signal.SIGCHLD, _signal.SIGWINCH, _signal.SIGCONT, _signal.SIGTSTP, *signals.PASSED_ON
        )
        try:
            told = self._start()
            self._streams.started()
            self._have(told)
            while self._status is None:
                self._serve()
        finally:
            self._end()
        return self._code(self._status)

    def _start(self) -> list[int]:
        """Starts the helper; the descriptors that it sends once all is made."""
        ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        parent = os.getpid()

        def become(leader: int) -> None:
            ours.close()
            self._streams.forget()
            become_helper(self.plan, self.program, theirs.detach(), leader)

        if self._streams.terminal >= 0:
            from .terminal import Terminal

            self._terminal = Terminal(self._streams.terminal, wants_it=self._streams.is_interactive)
            self._terminal.start(self._streams, become)
        else:
            self._process = os.fork()
            if self._process == 0:
                os.setsid()
                for number, stream in enumerate(self._streams.inner):
                    os.dup2(stream, number)
                become(parent)
        theirs.close()
        return self._told(ours)

    def _told(self, channel: _socket.socket) -> list[int]:
        """Waits for the helper: its descriptors, or its reason."""
        found: list[int] = []
        while True:
            message = channel.recv(4096, _socket.MSG_PEEK)
            if message == b"+":
                found += received(channel)
                continue
            channel.recv(4096)
            if message[:1] == b"~":
                say(f"what tools add to these is gone after the session: {message[1:].decode('utf-8', 'replace')}")
                continue
            channel.close()
            if message == b".":
                return found
            problem, _, remedy = message[1:].decode("utf-8", "replace").partition("\n")
            self._status = 1
            raise Refusal(problem or "no jail can be started on this machine", remedy=Remedy(remedy) or VERIFY)

    def _have(self, told: list[int]) -> None:
        count = 2 if self.plan.private else 1
        self.relays = Relays(told[:count])
        for listener, way in zip(told[count:], self.ways, strict=False):
            self.relays.lead_out(listener, way)
        self.boxes = told[count + len(self.plan.listen) :]
        for listener, port in self.published.items():
            self.relays.lead_in(listener, port)
        self.each_tick(self)
        self.meanwhile()

    def _serve(self) -> None:
        poll = select.poll()
        poll.register(self._inbox.opened, select.POLLIN)
        for listener in self.relays.waits_for():
            poll.register(listener, select.POLLIN)
        for number, events in self._terminal.waits_for() if self._terminal else ():
            poll.register(number, events)
        ready = [number for number, _ in poll.poll(_TICK)]
        for number in ready:
            if number == self._inbox.opened:
                self._signalled()
            elif number in self.relays.waits_for():
                self.relays.serve(number)
            elif self._terminal and self._status is None:
                self._status = self._terminal.serve(number)
        if not ready:
            self._follow()
            self.each_tick(self)
            if self._terminal:
                self._terminal.tick()

    def _signalled(self) -> None:
        for number in self._inbox.take():
            if number == _signal.SIGCHLD:
                self._reap()
            elif number in (_signal.SIGWINCH, _signal.SIGCONT):
                self._follow()
            elif number == _signal.SIGTSTP:
                self._pause()
            elif self._terminal and number == _signal.SIGHUP:
                self._terminal.hang_up()
            elif self._terminal:
                self._terminal.pass_on(number)
            else:
                signals.tell_group(self._process, number)

    def _follow(self) -> None:
        if self._terminal:
            self._terminal.follow()

    def _reap(self) -> None:
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not process:
                return
            if process == self._process:
                self._status = status
            elif self._terminal and process == self._terminal.monitor:
                self._status = self._terminal.last_word() if self._status is None else self._status
            elif not self._streams.ended(process, status):
                self.relays.ended(process)

    def _pause(self) -> None:
        """Ctrl-Z in the terminal of a session that is not in front of it, or has none."""
        if self._terminal:
            self._terminal.pause()
            return
        signals.tell_group(self._process, _signal.SIGSTOP)
        os.kill(os.getpid(), _signal.SIGSTOP)
        os.killpg(self._process, _signal.SIGCONT)

    def _end(self) -> None:
        _signal.set_wakeup_fd(-1)
        if self._terminal:
            self._terminal.end()
        for listener in self.published:  # a report may take long, and another session may want the port
            os.close(listener)
        for process in self.relays.running:
            os.kill(process, _signal.SIGKILL)
        self._streams.finish()

    def _code(self, status: int) -> int:
        code = os.waitstatus_to_exitcode(status)
        code = 128 - code if code < 0 else code
        if self._terminal and self._terminal.interrupted and code == 128 + _signal.SIGINT:
            return -int(_signal.SIGINT)
        return code or int(self._streams.failed)


if TYPE_CHECKING:
    from .terminal import Terminal
