"""The proxy for the allowed domains: by name, on the web's ports, never to this machine or its networks.

It serves one connection of the jail's, accepted out here: nobody else on the machine can call it. A name is looked up
once, and the address that was checked is the one that is connected to.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from .relays import join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ADDRESS, PORT = "127.0.0.2", 3128  # in the jail
_LARGEST = 65536
_PATIENCE = 30.0
# RFC 6890 and IANA's registries of special addresses; what an IPv6 address may wrap (6to4, Teredo, NAT64) is among
# them.
_INSIDE = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"),
    *("100::/64", "2001::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
)


class _Denied(Exception):
    """The status line that says so."""


def serve(domains: Sequence[str]) -> Callable[[int], None]:
    def talk(connection: int) -> None:
        with socket.socket(fileno=connection) as client:
            client.settimeout(_PATIENCE)
            try:
                _talk(client, domains)
            except _Denied as denied:
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
        raise _Denied("400 Bad Request")
    if method == "CONNECT":
        server = _connected(*_place(target), domains, (443,))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _pass_on(client, server, rest)
    else:
        _forward(client, method, target, lines[1:], rest, domains)


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    text = b""
    while b"\r\n\r\n" not in text:
        part = client.recv(8192)
        if not part or len(text) > _LARGEST:
            raise _Denied("400 Bad Request")
        text += part
    head, _, rest = text.partition(b"\r\n\r\n")
    return head, rest


def _place(target: str) -> tuple[str, int]:
    host, _, port = target.rpartition(":")
    if not port.isascii() or not port.isdigit():
        raise _Denied("400 Bad Request")
    return host, int(port)


def _forward(
    client: socket.socket, method: str, target: str, headers: list[str], rest: bytes, domains: Sequence[str]
) -> None:
    """One request, and nothing after it: the next one on the same connection could be for another name."""
    try:
        place = urlsplit(target)
        host, port = place.hostname or "", place.port or 80
    except ValueError:
        raise _Denied("400 Bad Request") from None
    if place.scheme != "http":
        raise _Denied("400 Bad Request")
    kept = [line for line in headers if not _is_the_proxys(line)]
    length = _length(headers)
    server = _connected(host, port, domains, (80, 443))
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
        raise _Denied("411 Length Required")
    length = named.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or len(length) > 12:
        raise _Denied("400 Bad Request")
    return int(length)


def _connected(host: str, port: int, domains: Sequence[str], ports: Sequence[int]) -> socket.socket:
    name = host.lower().rstrip(".")
    if port not in ports or not any(name == domain or name.endswith(f".{domain}") for domain in domains):
        raise _Denied("403 Forbidden")
    try:
        known = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _Denied("503 Service Unavailable") from None
    if not known or not all(_is_of_the_internet(str(address[0])) for *_, address in known):
        raise _Denied("403 Forbidden")
    return _first(known)


def _first(known: Sequence[tuple[object, ...]]) -> socket.socket:
    for family, kind, protocol, _, address in known:
        server = socket.socket(family, kind, protocol)  # type: ignore[arg-type]
        server.settimeout(_PATIENCE)
        try:
            server.connect(address)  # type: ignore[arg-type]
        except OSError:
            server.close()
            continue
        return server
    raise _Denied("503 Service Unavailable")


def _is_of_the_internet(address: str) -> bool:
    """No address of this machine's, whatever it is called, and none of a private or special network."""
    import ipaddress

    found = ipaddress.ip_address(address.partition("%")[0])
    return not any(found in ipaddress.ip_network(network) for network in _INSIDE) and not _is_ours(address)


def _is_ours(address: str) -> bool:
    """Only a machine's own addresses can be bound."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((address, 0))
        except OSError:
            return False
        return True


def _pass_on(client: socket.socket, server: socket.socket, rest: bytes) -> None:
    if rest:
        server.sendall(rest)
    for end in (client, server):
        end.setblocking(True)
    join(client.fileno(), server.fileno())
