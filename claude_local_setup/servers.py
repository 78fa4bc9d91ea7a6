"""Asking a server over HTTP: one exchange, within a time and a size. No redirects, no proxies, nothing is judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

QUICK = 3.0  # seconds; a server that is well answers in milliseconds
_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """`status` is 0 where nobody answered; `silent` says that somebody took the call and was too slow."""

    status: int = 0
    text: str = ""
    silent: bool = False

    @property
    def json(self) -> Any:
        """The parsed body; None where it is no JSON."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


Dial = Callable[[str, int, float], Any]  # host, port, seconds -> something like a connected socket


@dataclass(frozen=True)
class Server:
    """Where a server listens, the key that it wants ("" = none), and how it is called: by default from this machine."""

    url: str
    key: str = ""
    dial: Dial | None = None

    def get(self, path: str, timeout: float = QUICK) -> Answer:
        return _exchange(self, "GET", path, None, timeout)

    def post(self, path: str, body: dict[str, Any], timeout: float = QUICK) -> Answer:
        return _exchange(self, "POST", path, json.dumps(body).encode(), timeout)


def _exchange(server: Server, method: str, path: str, body: bytes | None, timeout: float) -> Answer:
    connection = _connection(server, timeout)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {server.key}"} if server.key else {})
    late = Timer(timeout, _hang_up, [connection])  # a socket's own limit begins anew with each byte
    late.daemon = True
    try:
        if server.dial:
            connection.sock = server.dial(connection.host, connection.port, timeout)
        else:
            connection.connect()
        late.start()
        connection.request(method, urlsplit(server.url).path.rstrip("/") + path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(_LARGEST).decode("utf-8", "replace"))
    except TimeoutError:
        return Answer(silent=True)
    except (OSError, HTTPException, ValueError):
        return Answer(silent=late.finished.is_set())
    finally:
        late.cancel()
        connection.close()


def _hang_up(connection: HTTPConnection) -> None:
    with suppress(OSError):
        connection.sock.shutdown(SHUT_RDWR)


def _connection(server: Server, timeout: float) -> HTTPConnection:
    place = urlsplit(server.url)
    kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
    return kind(place.hostname or "", place.port, timeout=timeout)
