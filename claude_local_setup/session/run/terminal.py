"""The session's terminal: one of its own, whose other end the program copies to and from the user's.

So nothing in the jail ever holds the user's terminal: it cannot type into it, read from it after Ctrl-Z, take the
foreground or leave it in another mode. Resize, Ctrl-C, Ctrl-Z, fg and bg are as without a jail: a monitor, the leader
of the jail's terminal session, does for it what a shell does.
"""

from __future__ import annotations

import _signal
import fcntl
import os
import select
import sys
import termios
import time

from ..linux import signals
from .modes import is_in_front, is_obeyed, plain, raw, sane, set_modes, without_output
from .monitor import CONTINUE, CONTINUE_BEHIND, ENDED, SIGNAL, STOPPED, TIOCGWINSZ, TIOCSWINSZ, Monitor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .streams import Streams

_LARGEST = 1 << 16
_GRACE = 5.0  # seconds


class Terminal:
    """The program's side. `real` is the user's terminal; `is_attached`: what is typed goes to the session."""

    __slots__ = (
        "_control",
        "_gone",
        "_modes",
        "_obeyed",
        "_pending",
        "_slave",
        "_was_attached",
        "interrupted",
        "is_attached",
        "master",
        "monitor",
        "real",
        "wants_it",
    )

    def __init__(self, real: int, *, wants_it: bool) -> None:
        self.real = os.dup(real)
        modes = termios.tcgetattr(self.real)
        self._modes = modes if is_in_front(self.real) else sane(modes)
        self.master, self._slave = os.openpty()
        os.set_blocking(self.master, False)
        self._pending = b""
        self._control = -1
        self.monitor = 0
        self.wants_it = wants_it  # whether it begins in front; else only once it reads from its terminal
        self.is_attached = False
        self._was_attached = False
        self._obeyed = False  # whether the session has told the user's terminal more than text
        self._gone = 0.0  # since when the user's terminal is no more
        self.interrupted = False  # Ctrl-C was typed, for the session alone

    def start(self, streams: Streams, run: Callable[[int], None]) -> None:
        """Forks the monitor; `run` (with the monitor's process number) is what the process in the jail begins as."""
        ours, theirs = _socketpair()
        self._resize()
        set_modes(self._slave, self._modes if self.wants_it else without_output(self._modes))
        self.monitor = os.fork()
        if self.monitor == 0:
            os.close(ours)
            os.close(self.master)
            Monitor(self._slave, theirs, self.real, self._modes).live(streams, run, in_front=self.wants_it)
        os.close(theirs)
        os.close(self._slave)
        self._control = ours
        self.follow()

    def waits_for(self) -> list[tuple[int, int]]:
        """(descriptor, events) for poll."""
        waits = [
            (self._control, select.POLLIN),
            (self.master, select.POLLIN | (select.POLLOUT if self._pending else 0)),
        ]
        return [*waits, (self.real, select.POLLIN)] if self.is_attached and not self._pending else waits

    def serve(self, ready: int) -> int | None:
        """Does what is to be done where a descriptor is ready; the wait status once the jail has ended."""
        if ready == self._control:
            return self._told()
        if ready == self.master:
            self._send()
            self._show()
        elif ready == self.real:
            self._type()
        return None

    def pass_on(self, number: int) -> None:
        self._tell(SIGNAL + bytes([number]))

    def hang_up(self) -> None:
        """As a terminal that is closed; a session that does not end by that is ended by `tick`."""
        self._gone = self._gone or time.monotonic()
        self.pass_on(signals.HUP)
        self._tell(CONTINUE_BEHIND)

    def tick(self) -> None:
        if self._gone and time.monotonic() - self._gone > _GRACE:
            os.kill(self.monitor, _signal.SIGKILL)

    def follow(self) -> None:
        """In front or not, and how large: looked at anew."""
        in_front = is_in_front(self.real)
        if in_front and self.wants_it and not self.is_attached:
            self._attach()
        elif not in_front:
            self.is_attached = False
        self._resize()

    def last_word(self) -> int:
        """The wait status, where the monitor has ended: what it said last, or that it was killed."""
        try:
            said = os.read(self._control, 5)
        except OSError:
            said = b""
        return int.from_bytes(said[1:5], sys.byteorder) if said[:1] == ENDED else 9

    def pause(self) -> None:
        """Ctrl-Z reached the program, since the session is not in front: both stop, both go on."""
        self.pass_on(_signal.SIGSTOP)
        self.close()
        os.kill(os.getpid(), _signal.SIGSTOP)
        self.follow()
        self._tell(CONTINUE if self.is_attached else CONTINUE_BEHIND)

    def close(self) -> None:
        """The user's terminal as it was; what came for the session and was not read is for nobody."""
        self._drain()
        if self.is_attached or (self.wants_it and is_in_front(self.real)):
            termios.tcflush(self.real, termios.TCIFLUSH)
            set_modes(self.real, self._modes)
        self.is_attached = False

    def end(self) -> None:
        """What is said now is seen."""
        self.close()
        if self._obeyed:
            self._write(plain(os.environ.get("TERM", "")))

    def _attach(self) -> None:
        """The modes that the user's terminal has now are those that it gets back, and the session's own begins with."""
        self._modes = termios.tcgetattr(self.real)
        if not self._was_attached:
            set_modes(self.master, self._modes)
        self._was_attached = True
        set_modes(self.real, raw(self._modes))
        self.is_attached = True

    def _told(self) -> int | None:
        said = os.read(self._control, 5)
        if said[:1] == STOPPED:
            self._stop(said[1])
            return None
        return int.from_bytes(said[1:5], sys.byteorder) if said[:1] == ENDED else 9  # its monitor was killed

    def _stop(self, number: int) -> None:
        """The session has stopped, or reads from its terminal while it is not in front of it."""
        if number in (_signal.SIGTTIN, _signal.SIGTTOU):
            self.wants_it = True
        if not (number in (_signal.SIGTTIN, _signal.SIGTTOU) and is_in_front(self.real)):
            self._show()
            self.close()
            _stop_ourselves(number)
        self.follow()
        self._tell(CONTINUE if self.is_attached else CONTINUE_BEHIND)

    def _tell(self, message: bytes) -> None:
        try:
            os.write(self._control, message)
        except OSError:
            pass  # it has ended

    def _type(self) -> None:
        try:
            typed = os.read(self.real, _LARGEST)
        except OSError:
            typed = b""
        if not typed:  # the terminal is gone
            self.is_attached = False
            self.hang_up()
            return
        modes = termios.tcgetattr(self.master)
        if modes[3] & termios.ISIG and modes[6][termios.VINTR] in typed:
            self.interrupted = True
        self._pending += typed
        self._send()

    def _send(self) -> None:
        try:
            while self._pending:
                self._pending = self._pending[os.write(self.master, self._pending) :]
        except BlockingIOError:
            pass
        except OSError:
            self._pending = b""

    def _show(self) -> bool:
        try:
            said = os.read(self.master, _LARGEST)
        except OSError:
            return False
        self._obeyed = self._obeyed or is_obeyed(said)
        return self._write(said)

    def _write(self, said: bytes) -> bool:
        while said:
            try:
                said = said[os.write(self.real, said) :]
            except OSError:
                return False
        return True

    def _drain(self) -> None:
        while self._show():
            pass

    def _resize(self) -> None:
        try:
            fcntl.ioctl(self.master, TIOCSWINSZ, fcntl.ioctl(self.real, TIOCGWINSZ, bytes(8)))
        except OSError:
            pass


def _stop_ourselves(number: int) -> None:
    """As the terminal would have stopped all in front of it; returns once somebody lets us go on."""
    number = number if number in (_signal.SIGTTIN, _signal.SIGTTOU) else _signal.SIGTSTP
    before = _signal.signal(number, _signal.SIG_DFL)
    os.kill(0, number)
    _signal.signal(number, before)


def _socketpair() -> tuple[int, int]:
    import _socket

    one, other = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    return one.detach(), other.detach()
