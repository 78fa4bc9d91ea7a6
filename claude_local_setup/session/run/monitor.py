"""The process that the session's terminal belongs to: a shell's work, done for the one job that there is."""

from __future__ import annotations

import _signal
import fcntl
import os
import select
import sys

from ..linux import kernel, signals
from .modes import set_modes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .streams import Streams


_TIOCSCTTY, TIOCSWINSZ, TIOCGWINSZ = 0x540E, 0x5414, 0x5413
CONTINUE, CONTINUE_BEHIND, SIGNAL, STOPPED, ENDED = b"C", b"B", b"K", b"S", b"E"


class Monitor:
    """Leader of the jail's terminal session; its one child is what becomes the jail."""

    __slots__ = ("_child", "_control", "_modes", "_real", "_slave", "_theirs")

    def __init__(self, slave: int, control: int, real: int, modes: list[Any]) -> None:
        self._slave = slave
        self._control = control
        self._real = real
        self._modes = modes
        # What the caller has ignored (nohup) stays so for the command.
        self._theirs = [number for number in signals.PASSED_ON if _signal.getsignal(number) != _signal.SIG_IGN]
        self._child = 0

    def live(self, streams: Streams, run: Callable[[int], None], *, in_front: bool) -> None:
        """Never returns."""
        try:
            kernel.set_name(b"claude-monitor")
            os.setsid()
            fcntl.ioctl(self._slave, _TIOCSCTTY, 0)
            for number in (_signal.SIGTTOU, _signal.SIGTSTP, *signals.PASSED_ON):
                _signal.signal(number, _signal.SIG_IGN)
            inbox = signals.Inbox(_signal.SIGCHLD)
            here = os.getpid()
            self._child = os.fork()
            if self._child == 0:
                self._become(streams, run, here, in_front=in_front)
            streams.forget()
            streams.started()
            self._put_in_front() if in_front else None
            self._watch(inbox)
        finally:
            os._exit(1)

    def _become(self, streams: Streams, run: Callable[[int], None], monitor: int, *, in_front: bool) -> None:
        os.setpgid(0, 0)
        if in_front:  # both do it: a Ctrl-C that comes before would be for nobody
            os.tcsetpgrp(self._slave, os.getpid())
        for number, stream in enumerate(streams.inner):
            os.dup2(self._slave if stream < 0 else stream, number)
        for number in (_signal.SIGTTOU, _signal.SIGTSTP, _signal.SIGCHLD, *self._theirs):
            _signal.signal(number, _signal.SIG_DFL)
        os.close(self._control)
        run(monitor)
        os._exit(1)

    def _watch(self, inbox: signals.Inbox) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(inbox.opened, select.POLLIN)
        while True:
            ready = [number for number, _ in poll.poll()]
            if inbox.opened in ready:
                inbox.take()
                self._look()
            if self._control in ready:
                self._obey()

    def _look(self) -> None:
        process, status = os.waitpid(self._child, os.WNOHANG | os.WUNTRACED)
        if process and os.WIFSTOPPED(status):
            os.write(self._control, STOPPED + bytes([os.WSTOPSIG(status)]))
        elif process:
            os.write(self._control, ENDED + status.to_bytes(4, sys.byteorder))
            os._exit(0)

    def _obey(self) -> None:
        said = os.read(self._control, 2)
        if not said:  # the program is gone
            os.kill(self._child, _signal.SIGKILL)
            set_modes(self._real, self._modes)
            os._exit(1)
        if said[:1] == SIGNAL:
            signals.tell_group(self._child, said[1])
            return
        if said == CONTINUE:
            self._put_in_front()
        else:
            os.tcsetpgrp(self._slave, os.getpgrp())
        os.killpg(self._child, _signal.SIGCONT)

    def _put_in_front(self) -> None:
        try:
            os.setpgid(self._child, self._child)
        except OSError:
            pass  # it has done so itself
        os.tcsetpgrp(self._slave, self._child)
