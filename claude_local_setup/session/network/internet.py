"""A connection to an allowed name on the internet: never to this machine or its networks."""

from __future__ import annotations

import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE = 30.0
# RFC 6890 and IANA's registries of special addresses; what an IPv6 address may wrap (6to4, Teredo, NAT64) is among
# them.
_INSIDE = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"),
    *("100::/64", "2001::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
)


class Denied(Exception):
    """The status line that says so."""


def connected(host: str, port: int, domains: Sequence[str], ports: Sequence[int]) -> socket.socket:
    name = host.lower().rstrip(".")
    if port not in ports or not any(name == domain or name.endswith(f".{domain}") for domain in domains):
        raise Denied("403 Forbidden")
    try:
        known = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Denied("503 Service Unavailable") from None
    if not known or not all(_is_of_the_internet(str(address[0])) for *_, address in known):
        raise Denied("403 Forbidden")
    return _first(known)


def _first(known: Sequence[tuple[object, ...]]) -> socket.socket:
    for family, kind, protocol, _, address in known:
        server = socket.socket(family, kind, protocol)  # type: ignore[arg-type]
        server.settimeout(PATIENCE)
        try:
            server.connect(address)  # type: ignore[arg-type]
        except OSError:
            server.close()
            continue
        return server
    raise Denied("503 Service Unavailable")


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
