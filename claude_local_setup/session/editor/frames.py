"""WebSocket frames (RFC 6455), read and written."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LARGEST = 64 << 20
CONTINUED, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA


class Refused(Exception):
    """Not a call that goes through."""


def read_frame(stream: Any) -> tuple[bool, int, bytes] | None:
    """(last of its message, kind, payload); None at the end. Raises OSError for what RFC 6455 does not allow."""
    head = stream.read(2)
    if len(head) < 2:
        return None
    if head[0] & 0x70 or not head[1] & 0x80:
        raise OSError("an extension, or not masked")
    length = head[1] & 0x7F
    if length > 125:
        length = int.from_bytes(stream.read(2 if length == 126 else 8), "big")
    if length > LARGEST:
        raise OSError("too long")
    mask = stream.read(4)
    return bool(head[0] & 0x80), head[0] & 0x0F, _masked(stream.read(length), mask)


def _masked(payload: bytes, mask: bytes) -> bytes:
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")


def framed(kind: int, payload: bytes) -> bytes:
    """As a client sends it: masked."""
    mask = os.urandom(4)
    return bytes([0x80 | kind]) + _length(len(payload), 0x80) + mask + _masked(payload, mask)


def framed_plain(payload: bytes) -> bytes:
    """As a server sends it."""
    return bytes([0x80 | TEXT]) + _length(len(payload), 0) + payload


def _length(length: int, bit: int) -> bytes:
    if length < 126:
        return bytes([bit | length])
    return (
        bytes([bit | 126]) + length.to_bytes(2, "big")
        if length < 65536
        else bytes([bit | 127]) + length.to_bytes(8, "big")
    )
