"""What leads out of the jail's network, and into it: sockets made in there and accepted out here, one process a
connection.

There is no socket with a name, and no process of ours in the jail.
"""

from __future__ import annotations

import _signal
import _socket
import os
import sys

from ..linux import kernel, signals
from . import inside
from .inside import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST = 256  # connections at once
_SIGKILL = 9


class Way:
    """Out of the jail: who connects to `place` in there is given to `serve`, in a process of its own, out here."""

    __slots__ = ("place", "serve", "shown")

    def __init__(self, place: Place, serve: Callable[[int], None], shown: str) -> None:
        self.place = place
        self.serve = serve
        self.shown = shown  # for --explain


class Relays:
    """Descriptors to wait for, and what is done for each; `running`: the processes that serve a connection."""

    __slots__ = ("_namespaces", "_parent", "_served", "running")

    def __init__(self, namespaces: list[int]) -> None:
        self._namespaces = namespaces  # of the jail: user, net
        self._served: dict[int, Callable[[int], None]] = {}
        self._parent = os.getpid()
        self.running: set[int] = set()

    def waits_for(self) -> Iterable[int]:
        return self._served if len(self.running) < MOST else ()

    def lead_out(self, listener: int, way: Way) -> None:
        self._served[listener] = way.serve

    def lead_in(self, listener: int, port: int) -> None:
        """A published port: this machine's loopback to the jail's."""
        self._served[listener] = lambda connection: self._into_the_jail(connection, port)

    def serve(self, listener: int) -> None:
        """Accepts one connection."""
        sock = _socket.socket(fileno=os.dup(listener))
        try:
            connection, _ = sock._accept()  # type: ignore[attr-defined]
        except OSError:
            return
        finally:
            sock.close()
        try:
            process = os.fork()
        except OSError:  # too many processes: whoever called may try again
            os.close(connection)
            return
        if process == 0:
            self._serve(connection, self._served[listener])
        os.close(connection)
        self.running.add(process)

    def ended(self, process: int) -> None:
        self.running.discard(process)

    def add_later(self, way: Way) -> bool:
        """Listens in the jail while the session runs; false if that cannot be."""
        ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        process = os.fork()
        if process == 0:
            self._listen_inside(theirs, way.place)
        theirs.close()
        found = received(ours)
        ours.close()
        os.waitpid(process, 0)
        if len(found) == 1:
            self.lead_out(found[0], way)
        return len(found) == 1

    def _listen_inside(self, channel: _socket.socket, place: Place) -> None:
        try:
            self._enter()
            listener = inside.listener(place)
            packed = listener.to_bytes(4, sys.byteorder)
            channel.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)])
        finally:
            os._exit(0)

    def _serve(self, connection: int, work: Callable[[int], None]) -> None:
        try:
            signals.as_programs_expect()
            for number in signals.PASSED_ON:
                _signal.signal(number, _signal.SIG_IGN)  # they are for the session
            kernel.set_name(b"claude-relay")
            kernel.no_new_privileges()
            kernel.die_with_parent(_SIGKILL)
            if os.getppid() == self._parent:
                work(connection)
        except OSError:
            pass  # whoever called sees the connection end
        finally:
            os._exit(0)

    def _enter(self) -> None:
        user, net = self._namespaces
        kernel.setns(user, kernel.CLONE_NEWUSER)
        kernel.setns(net, kernel.CLONE_NEWNET)

    def _into_the_jail(self, connection: int, port: int) -> None:
        self._enter()
        kernel.die_with_parent(_SIGKILL)  # anew: the namespaces clear it
        for family, address in ((_socket.AF_INET, "127.0.0.1"), (_socket.AF_INET6, "::1")):
            with_in = _socket.socket(family, _socket.SOCK_STREAM)
            try:
                with_in.connect((address, port))
            except OSError:
                continue
            join(connection, with_in.fileno())
            return


def to_host(host: str, port: int, allowed: Callable[[], bool] = lambda: True) -> Callable[[int], None]:
    """Serves a connection by one to a place that this machine reaches, if that is allowed at that moment."""

    def serve(connection: int) -> None:
        if not allowed():
            return
        address = f"[{host}]" if ":" in host else host
        os.set_inheritable(connection, True)
        for number in (0, 1, 2):
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        os.execv("/usr/bin/socat", ["socat", f"FD:{connection}", f"TCP:{address}:{port}"])

    return serve


def join(one: int, other: int) -> None:
    """Copies both ways until both have ended."""
    os.set_inheritable(one, True)
    os.set_inheritable(other, True)
    for number in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
    os.execv("/usr/bin/socat", ["socat", f"FD:{one}", f"FD:{other}"])


def publish(port: int) -> list[int]:
    """Listening sockets on this machine's loopback, IPv4 and IPv6; [] where the port is taken."""
    from .listeners import is_taken

    if is_taken(port):
        return []
    made = []
    for address in ("127.0.0.1", "::1"):
        try:
            made.append(inside.listener(Place(address, port)))
        except OSError:
            break  # somebody was quicker, and has both; or a machine without IPv6
    return made


def received(channel: _socket.socket) -> list[int]:
    """The descriptors of one message; none where it brings something else."""
    message, extra, _, _ = channel.recvmsg(4096, 4 * 256 + 64, _socket.MSG_CMSG_CLOEXEC)
    if message != b"+":
        return []
    packed = b"".join(data for level, kind, data in extra if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS))
    return [int.from_bytes(packed[place : place + 4], sys.byteorder) for place in range(0, len(packed) - 3, 4)]
