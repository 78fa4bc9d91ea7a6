"""Signals: what Python changes of them is put right before a program is run, and the jail's processes get the
caller's."""

from __future__ import annotations

import _signal
import os

INT, QUIT, TERM, HUP = _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM, _signal.SIGHUP
PASSED_ON = (INT, QUIT, TERM, HUP)


def as_programs_expect() -> None:
    """Before another program is run: Python ignores two signals, and those that we handle go to nobody."""
    for number in (_signal.SIGPIPE, _signal.SIGXFSZ):
        _signal.signal(number, _signal.SIG_DFL)
    _signal.set_wakeup_fd(-1)


class Inbox:
    """The signals that came, as bytes in a pipe: `opened` is its end to wait for."""

    __slots__ = ("_sender", "opened")

    def __init__(self, *numbers: int) -> None:
        self.opened, self._sender = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        _signal.set_wakeup_fd(self._sender, warn_on_full_buffer=False)
        for number in numbers:
            if _signal.getsignal(number) != _signal.SIG_IGN:  # a caller's nohup stays one
                _signal.signal(number, _noted)

    def take(self) -> bytes:
        try:
            return os.read(self.opened, 512)
        except BlockingIOError:
            return b""


def _noted(number: int, frame: object) -> None:
    """It has been written into the pipe."""


def die_of(number: int) -> None:
    """As the session did: who called us would have got the signal from the terminal too, and looks at how we ended."""
    _signal.signal(number, _signal.SIG_IGN)
    os.kill(0, number)
    _signal.signal(number, _signal.SIG_DFL)
    os.kill(os.getpid(), number)


def tell_group(leader: int, number: int) -> None:
    """To every process of a group but bubblewrap's own, which does not know it and would end the jail."""
    for name in os.listdir("/proc"):
        if name.isdigit() and _group_of(name) == leader:
            try:
                os.kill(int(name), number)
            except OSError:
                pass


def _group_of(process: str) -> int:
    """Its process group; 0 for bubblewrap's two, and where there is none any more."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            name, _, rest = file.read().partition(b"(")[2].rpartition(b") ")
    except OSError:
        return 0
    return 0 if name == b"bwrap" else int(rest.split(b" ")[2])
