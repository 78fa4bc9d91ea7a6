"""The three standard streams: what goes into the jail as it is, and what goes through a pipe.

A file's descriptor can be opened anew through /proc, with all of the file's own rights; a folder's is a way out; a
socket is in the host's network for ever, and can be connected to another place there. So only pipes and /dev/null go
in, and the jail's own terminal; the bytes of anything else are passed on.
"""

from __future__ import annotations

import fcntl
import os
import stat
import sys
import time
from errno import EIO, EPIPE

from ..linux import kernel
from ..words import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_FIONREAD = 0x541B
_CHUNK = 1 << 16
_QUIET = 500  # looks, two milliseconds apart


class Streams:
    """`inner`: what the jail gets as 0, 1 and 2; -1 stands for the terminal."""

    __slots__ = ("_fed", "_pumps", "failed", "inner", "terminal")

    def __init__(self) -> None:
        self.inner = [-1, -1, -1]
        self.terminal = -1  # the first stream that is one
        self.failed = False  # what the jail wrote did not all arrive
        self._pumps: dict[int, int] = {}  # processes that pass on what the jail writes, each with the pipe it reads
        self._fed: tuple[int, int, int] | None = None  # process, the file it reads, the pipe's end that the jail reads

    @property
    def is_interactive(self) -> bool:
        return self.inner[0] == self.inner[1] == -1

    def prepare(self, *, silent: bool = False) -> None:
        """`silent`: the jail gets nothing of them."""
        if silent:
            self.inner = [os.open(os.devnull, os.O_RDWR)] * 3
            return
        same: dict[tuple[int, int], int] = {}
        for number in range(3):
            told = os.fstat(number)  # it is open: main.py sees to that
            if os.isatty(number):
                self.terminal = number if self.terminal < 0 else self.terminal
            elif _is_harmless(told):
                self.inner[number] = number
            elif number == 0:
                self.inner[0] = self._feed()
            else:
                key = (told.st_dev, told.st_ino)
                if key not in same:
                    same[key] = self._drain(number)
                self.inner[number] = same[key]

    def started(self) -> None:
        """The jail has its ends: ours would keep the pipes open. A second time does nothing."""
        for end in {end for end in self.inner if end > 2} - ({self._fed[2]} if self._fed else set()):
            os.close(end)
        self.inner = [-1, -1, -1]

    def forget(self) -> None:
        """In a child that goes on beside the jail: with the other ends open there, nobody would see that none reads."""
        for pipe in self._pumps.values():
            os.close(pipe)

    def ended(self, process: int, status: int) -> bool:
        """Whether that was one of the processes that pass bytes on."""
        if process in self._pumps:
            os.close(self._pumps.pop(process))
            self.failed = self.failed or status != 0
            return True
        return bool(self._fed and process == self._fed[0])

    def finish(self) -> None:
        """Waits until all that was written has arrived; what was not read of a file is still to be read."""
        self.started()
        for process, pipe in self._pumps.items():
            self.failed = not _drained(process, pipe) or self.failed
        if self._fed:
            process, file, end = self._fed
            try:
                os.kill(process, 9)
                os.waitpid(process, 0)
            except (ChildProcessError, ProcessLookupError):
                pass  # it has ended before
            unread = _waiting(end)
            if unread and stat.S_ISREG(os.fstat(file).st_mode):
                os.lseek(file, -unread, os.SEEK_CUR)

    def _feed(self) -> int:
        inner, outer = os.pipe()
        self._fed = (_beside(lambda end: _pass_on(0, end), outer), 0, inner)
        os.close(outer)
        return inner

    def _drain(self, number: int) -> int:
        outer, inner = os.pipe()
        self._pumps[_beside(lambda end: _copy(end, number), outer)] = outer
        return inner


def _drained(process: int, pipe: int) -> bool:
    """Waits until it has passed on all, or nothing more comes though somebody holds the pipe's end. Did all arrive?"""
    empty = 0
    while empty < _QUIET:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status == 0
        empty = 0 if _waiting(pipe) else empty + 1
        time.sleep(0.002)
    os.kill(process, 9)
    os.waitpid(process, 0)
    return True


def _waiting(pipe: int) -> int:
    """How many bytes are in it."""
    return int.from_bytes(fcntl.ioctl(pipe, _FIONREAD, b"\0\0\0\0"), sys.byteorder)


def _is_harmless(told: os.stat_result) -> bool:
    kind = told.st_mode
    return stat.S_ISFIFO(kind) or (stat.S_ISCHR(kind) and told.st_rdev == os.makedev(1, 3))


def _beside(work: Callable[[int], None], end: int) -> int:
    """A process for one stream, which has nothing open but the three and its end of the pipe."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        kernel.set_name(b"claude-stream")
        os.dup2(end, 3)
        kernel.close_all(4)
        work(3)
        code = 0
    except OSError as error:
        if error.errno not in (EPIPE, EIO):
            say(f"what the command wrote did not arrive: {error.strerror}")
    finally:
        os._exit(code)


def _pass_on(file: int, pipe: int) -> None:
    """With sendfile a file's place moves by just what is in the pipe. From a socket it would keep the pipe locked while
    it waits for more: nobody could read what has come."""
    try:
        if stat.S_ISREG(os.fstat(file).st_mode):
            while os.sendfile(pipe, file, None, _CHUNK):
                pass
            return
    except OSError as error:
        if error.errno == EPIPE:
            return
    try:
        _copy(file, pipe)
    except OSError:
        pass  # nobody reads any more, or there is nothing to be read


def _copy(source: int, target: int) -> None:
    while chunk := os.read(source, _CHUNK):
        while chunk:
            chunk = chunk[os.write(target, chunk) :]
