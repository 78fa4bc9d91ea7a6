"""Asking the kernel for the listening sockets of one port (sock_diag(7)): 0.03 ms; /proc/net/tcp takes 2."""

from __future__ import annotations

import _socket
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _DUMP = 4, 20, 0x301
_ERROR, _DONE = 2, 3
_LISTEN = 1 << 10
_HEADER = struct.Struct("=IHHII")  # length, type, flags, number, port id
_ASKED = struct.Struct("=BBBBI")  # family, protocol, extensions, padding, states
_REST = bytes(2 + 32 + 4) + b"\xff" * 8  # any other port, any addresses and interface, no cookie
_ADDRESS, _UID = 8, 64  # where they are in an answer (struct inet_diag_msg)


def listening(port: int) -> list[tuple[bytes, int]]:
    """Address (4 or 16 bytes, as on the wire) and uid of each listener there. Raises OSError where it is not told."""
    return [*_of_family(_socket.AF_INET, port), *_of_family(_socket.AF_INET6, port)]


def _of_family(family: int, port: int) -> Iterator[tuple[bytes, int]]:
    length = 4 if family == _socket.AF_INET else 16
    asked = _ASKED.pack(family, _socket.IPPROTO_TCP, 0, 0, _LISTEN) + port.to_bytes(2, "big") + _REST
    for answer in _answers(asked):
        yield answer[_ADDRESS : _ADDRESS + length], int.from_bytes(answer[_UID : _UID + 4], sys.byteorder)


def _answers(asked: bytes) -> Iterator[bytes]:
    kernel = _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW | _socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG)
    try:
        kernel.send(_HEADER.pack(_HEADER.size + len(asked), _SOCK_DIAG_BY_FAMILY, _DUMP, 1, 0) + asked)
        while True:
            for kind, answer in _parts(kernel.recv(1 << 16)):
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    raise OSError("it cannot be asked")
                yield answer
    finally:
        kernel.close()


def _parts(read: bytes) -> Iterator[tuple[int, bytes]]:
    """Of what was read in one go: each message's type and what it holds."""
    place = 0
    while place + _HEADER.size <= len(read):
        length, kind, *_ = _HEADER.unpack_from(read, place)
        if length < _HEADER.size:
            raise OSError("it is no netlink message")
        yield kind, read[place + _HEADER.size : place + length]
        place += (length + 3) & ~3
