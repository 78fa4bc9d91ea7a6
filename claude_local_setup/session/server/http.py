"""Asking a server over HTTP: one exchange, within a time and a size. No redirects, no proxies, nothing is judged.

A server on this machine is asked only if it is this user's or root's: whoever else listens there would get the key.
"""

from __future__ import annotations

import os
import socket
import time

from ..network.listeners import owner, strangers
from ..words import Refusal, config_set
from .answer import Answer, left, read_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Dial = Callable[[str, int, float], Any]  # host, port, seconds -> something like a connected socket

QUICK = 3.0  # seconds; a server that is well answers in milliseconds
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class NotOurs(Refusal):
    """Another user listens on a port of this machine."""


class Place:
    """Of an address such as http://[::1]:8080/v1: the path without a slash at its end."""

    __slots__ = ("host", "path", "port", "scheme")

    def __init__(self, url: str) -> None:
        self.scheme, _, rest = url.partition("://")
        named, slash, path = rest.partition("/")
        self.path = (slash + path).rstrip("/")
        host, _, port = named.rpartition("]") if "]" in named else named.partition(":")
        self.host = host.lstrip("[")
        self.port = int(port.lstrip(":") or (443 if self.scheme == "https" else 80))


class Server:
    """Where a server listens, the key that it wants ("" = none), and how it is called: by default from this machine."""

    __slots__ = ("dial", "key", "url")

    def __init__(self, url: str, key: str = "", dial: Dial | None = None) -> None:
        self.url = url
        self.key = key
        self.dial = dial or dial_ours

    def get(self, path: str, timeout: float = QUICK) -> Answer:
        """Raises NotOurs."""
        return exchange(self, "GET", path, b"", timeout)

    def post(self, path: str, body: dict[str, Any], timeout: float = QUICK) -> Answer:
        """Raises NotOurs."""
        import json

        return exchange(self, "POST", path, json.dumps(body).encode(), timeout)


def quoted(name: str) -> str:
    """As one part of a path, or a value in a query."""
    return "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in name.encode())


def dial(host: str, port: int, seconds: float) -> socket.socket:
    """Raises OSError."""
    return socket.create_connection((host, port), seconds)


def dial_ours(host: str, port: int, seconds: float) -> socket.socket:
    """Raises NotOurs where it leads to this machine, and another user listens there; OSError."""
    connected = dial(host, port, seconds)
    try:
        _check_owner(connected, port)
    except BaseException:
        connected.close()
        raise
    return connected


def exchange(server: Server, method: str, path: str, body: bytes, timeout: float) -> Answer:
    """One question and its answer, `timeout` seconds for all of it (looking up a name not counted). Raises NotOurs."""
    end = time.monotonic() + timeout
    place = Place(server.url)
    try:
        line = _secured(place, server.dial(place.host, place.port, timeout), end)
        try:
            line.settimeout(left(end))
            line.sendall(_request(server, place, method, path, body))
            return read_answer(line, end)
        finally:
            line.close()
    except TimeoutError:
        return Answer(silent=True)
    except (OSError, ValueError):
        return Answer()


def _check_owner(connected: socket.socket, port: int) -> None:
    here, there = connected.getsockname()[0], connected.getpeername()[0]
    is_loopback = there.startswith(("127.", "::ffff:127.")) or there == "::1"
    if not is_loopback and here != there:
        return
    for uid in strangers(port, os.getuid(), (there.removeprefix("::ffff:"),)):
        raise NotOurs(
            f"port {port} of this machine is another user's: {owner(uid)} listens there",
            remedy=config_set("server.base_url", "auto"),
        )


def _secured(place: Place, line: Any, end: float) -> Any:
    if place.scheme != "https":
        return line
    import ssl

    line.settimeout(left(end))
    return ssl.create_default_context().wrap_socket(line, server_hostname=place.host)


def _request(server: Server, place: Place, method: str, path: str, body: bytes) -> bytes:
    """HTTP/1.0, so that the answer comes in one piece and ends with the connection."""
    host = f"[{place.host}]" if ":" in place.host else place.host
    head = [
        f"{method} {place.path}{path} HTTP/1.0",
        f"Host: {host}:{place.port}",
        *([f"Authorization: Bearer {server.key}"] if server.key else []),
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode("ascii") + body
