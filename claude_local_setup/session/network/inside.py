"""The jail's own network: what its loopback takes on, and the sockets in it that lead out. Runs in the helper."""

from __future__ import annotations

import _socket
import fcntl
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
_IFF_UP, _IFF_RUNNING = 0x1, 0x40


class Place:
    """An address and port in the jail that something outside answers."""

    __slots__ = ("address", "port")

    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.port = port

    def __repr__(self) -> str:
        return f"Place({self.address!r}, {self.port})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and (self.address, self.port) == (other.address, other.port)

    def __hash__(self) -> int:
        return hash((self.address, self.port))


def listeners(places: Sequence[Place]) -> list[int]:
    """Sets the loopback up with these addresses; a listening socket's descriptor for each place, in their order."""
    control = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    _ask(control, _SIOCSIFFLAGS, "lo", _native(_IFF_UP | _IFF_RUNNING, 2))
    foreign = dict.fromkeys(place.address for place in places if not _is_loopback(place.address))
    for number, address in enumerate(foreign):
        _take_on(control, number, address)
    control.close()
    return [listener(place) for place in places]


def listener(place: Place) -> int:
    """A listening socket in the network namespace of the process. Raises OSError."""
    family = _socket.AF_INET6 if ":" in place.address else _socket.AF_INET
    sock = _socket.socket(family, _socket.SOCK_STREAM)
    sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
    if family == _socket.AF_INET6:
        sock.setsockopt(_socket.IPPROTO_IPV6, _socket.IPV6_V6ONLY, 1)
    sock.bind((place.address, place.port))
    sock.listen(128)
    return sock.detach()


def _is_loopback(address: str) -> bool:
    return address.startswith("127.") or address == "::1"


def _take_on(control: _socket.socket, number: int, address: str) -> None:
    """Another machine's address, as one of this loopback's own: who connects to it finds the relay."""
    if ":" in address:
        six = _socket.socket(_socket.AF_INET6, _socket.SOCK_DGRAM)
        request = _socket.inet_pton(_socket.AF_INET6, address) + _native(128, 4) + _native(1, 4)
        fcntl.ioctl(six.fileno(), _SIOCSIFADDR, request)  # struct in6_ifreq; the loopback is interface 1
        six.close()
        return
    _ask(control, _SIOCSIFADDR, f"lo:{number}", _sockaddr(address))
    _ask(control, _SIOCSIFNETMASK, f"lo:{number}", _sockaddr("255.255.255.255"))


def _ask(control: _socket.socket, request: int, name: str, value: bytes) -> None:
    """An ioctl on struct ifreq."""
    fcntl.ioctl(control.fileno(), request, name.encode().ljust(16, b"\0") + value.ljust(24, b"\0"))


def _sockaddr(address: str) -> bytes:
    return _native(_socket.AF_INET, 2) + b"\0\0" + _socket.inet_aton(address)


def _native(number: int, size: int) -> bytes:
    return number.to_bytes(size, sys.byteorder)
