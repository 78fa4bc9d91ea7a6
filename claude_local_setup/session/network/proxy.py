"""The proxy for the allowed domains: by name, on the web's ports, never to this machine or its networks.

It serves one connection of the jail's, accepted out here: nobody else on the machine can call it. A name is looked up
once, and the address that was checked is the one that is connected to.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from .internet import PATIENCE, Denied, connected
from .relays import join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


ADDRESS, PORT = "127.0.0.2", 3128  # in the jail
_LARGEST = 65536


def serve(domains: Sequence[str]) -> Callable[[int], None]:
    def talk(connection: int) -> None:
        with socket.socket(fileno=connection) as client:
            client.settimeout(PATIENCE)
            try:
                _talk(client, domains)
            except Denied as denied:
                text = f"claude-local: {denied}; network.domains says what may be reached\n"
                client.sendall(
                    f"HTTP/1.1 {denied}\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()
                )

    return talk


def _talk(client: socket.socket, domains: Sequence[str]) -> None:
    head, rest = _head(client)
    lines = head.decode("latin-1").split("\r\n")
    method, target, version = [*lines[0].split(" "), "", "", ""][:3]
    if not version.startswith("HTTP/1."):
        raise Denied("400 Bad Request")
    if method == "CONNECT":
        server = connected(*_place(target), domains, (443,))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _pass_on(client, server, rest)
    else:
        _forward(client, method, target, lines[1:], rest, domains)


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    text = b""
    while b"\r\n\r\n" not in text:
        part = client.recv(8192)
        if not part or len(text) > _LARGEST:
            raise Denied("400 Bad Request")
        text += part
    head, _, rest = text.partition(b"\r\n\r\n")
    return head, rest


def _place(target: str) -> tuple[str, int]:
    host, _, port = target.rpartition(":")
    if not port.isascii() or not port.isdigit():
        raise Denied("400 Bad Request")
    return host, int(port)


def _forward(
    client: socket.socket, method: str, target: str, headers: list[str], rest: bytes, domains: Sequence[str]
) -> None:
    """One request, and nothing after it: the next one on the same connection could be for another name."""
    try:
        place = urlsplit(target)
        host, port = place.hostname or "", place.port or 80
    except ValueError:
        raise Denied("400 Bad Request") from None
    if place.scheme != "http":
        raise Denied("400 Bad Request")
    kept = [line for line in headers if not _is_the_proxys(line)]
    length = _length(headers)
    server = connected(host, port, domains, (80, 443))
    path = (place.path or "/") + (f"?{place.query}" if place.query else "")
    host_line = f"Host: {host}" + (f":{port}" if port != 80 else "")
    request = "\r\n".join([f"{method} {path} HTTP/1.1", host_line, *kept, "Connection: close", "", ""])
    server.sendall(request.encode("latin-1") + rest[:length])
    left = length - len(rest)
    while left > 0 and (part := client.recv(min(left, _LARGEST))):
        server.sendall(part)
        left -= len(part)
    while part := server.recv(_LARGEST):
        client.sendall(part)


def _is_the_proxys(line: str) -> bool:
    name = line.partition(":")[0].strip().lower()
    return name in (
        "host",
        "connection",
        "proxy-connection",
        "proxy-authorization",
        "keep-alive",
        "te",
        "upgrade",
        "trailer",
    )


def _length(headers: list[str]) -> int:
    """How long the request's body is. One that does not say it beforehand is not passed on."""
    named = {line.partition(":")[0].strip().lower(): line.partition(":")[2].strip() for line in headers}
    if "transfer-encoding" in named:
        raise Denied("411 Length Required")
    length = named.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or len(length) > 12:
        raise Denied("400 Bad Request")
    return int(length)


def _pass_on(client: socket.socket, server: socket.socket, rest: bytes) -> None:
    if rest:
        server.sendall(rest)
    for end in (client, server):
        end.setblocking(True)
    join(client.fileno(), server.fileno())
