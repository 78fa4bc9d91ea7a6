"""Reading the answer to an HTTP request: within a time, and no more of it than an honest server sends."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LARGEST_HEAD = 64 * 1024  # bytes
_LARGEST = 4 * 1024 * 1024
_LAST_CHUNK = b"\r\n0\r\n\r\n"


class Answer:
    """`status` is 0 where nobody answered; `silent` says that somebody took the call and was too slow."""

    __slots__ = ("media", "silent", "status", "text")

    def __init__(self, status: int = 0, text: str = "", *, media: str = "", silent: bool = False) -> None:
        self.status = status
        self.text = text
        self.media = media  # such as text/html
        self.silent = silent

    @property
    def json(self) -> Any:
        """The parsed body; None where it is no JSON."""
        import json

        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


def read_answer(line: Any, end: float) -> Answer:
    """From a connected socket, until `end` of the monotonic clock. Raises ValueError where that is no HTTP, OSError."""
    head, rest = _head(line, end)
    first, *fields = head.decode("latin-1").split("\r\n")
    version, status, *_ = first.split(" ", 2)
    if not version.startswith("HTTP/1.") or not (status.isascii() and status.isdecimal() and len(status) == 3):
        raise ValueError("no HTTP")
    named = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    body = _body(line, end, rest, named).decode("utf-8", "replace")
    return Answer(int(status), body, media=named.get("content-type", "").partition(";")[0])


def _head(line: Any, end: float) -> tuple[bytes, bytes]:
    """What stands before the empty line, and what was read of the rest."""
    read = b""
    while b"\r\n\r\n" not in read:
        part = _part(line, end)
        if not part or len(read) > _LARGEST_HEAD:
            raise ValueError("no end of the header")
        read += part
    head, _, rest = read.partition(b"\r\n\r\n")
    return head, rest


def _body(line: Any, end: float, begun: bytes, fields: dict[str, str]) -> bytes:
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return _joined(_read(line, end, begun, _LARGEST, _LAST_CHUNK))
    length = fields.get("content-length", "")
    most = min(int(length), _LARGEST) if length.isdecimal() and len(length) < 10 else _LARGEST
    return _read(line, end, begun, most)


def _read(line: Any, end: float, begun: bytes, most: int, ending: bytes = b"") -> bytes:
    """To that size, that ending or the connection's end."""
    read = bytearray(begun)
    while len(read) < most and not (ending and read.endswith(ending)) and (part := _part(line, end)):
        read += part
    return bytes(read[:most])


def _joined(chunks: bytes) -> bytes:
    """What the chunks hold: a router sends them in HTTP/1.0 too (llama-server b10068). Raises ValueError."""
    parts = []
    place = 0
    while place < len(chunks):
        line = chunks.find(b"\r\n", place)
        size = int(chunks[place : max(line, place)].partition(b";")[0], 16)
        if size <= 0:
            break
        parts.append(chunks[line + 2 : line + 2 + size])
        place = line + 2 + size + 2
    return b"".join(parts)


def _part(line: Any, end: float) -> bytes:
    line.settimeout(left(end))
    part: bytes = line.recv(1 << 16)
    return part


def left(end: float) -> float:
    """The seconds until then. Raises TimeoutError where that is over."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
