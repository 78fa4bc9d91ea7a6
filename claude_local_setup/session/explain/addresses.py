"""An address: whether sessions reach it, by which rule, and the line that would allow it."""

from __future__ import annotations

from ..words import USAGE, Refusal, Remedy
from .lines import to_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..run.scene import Scene

_HERE = ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "")  # noqa: S104
_PORTS = {"http": 80, "https": 443}
_NO_OTHERS = "of other machines only allowed domains are reached, by http and https"


def parsed(what: str) -> tuple[str, int] | None:
    """(host, port) of HOST:PORT, [HOST]:PORT, :PORT or PORT. Raises Refusal for a number that is no port."""
    host, colon, port = what.rpartition(":")
    if not port.isdecimal() or (":" in host and not host.startswith("[")):
        return None
    if not 0 < int(port) < 65536:
        raise Refusal(
            f"{port} is no port, they are from 1 to 65535",
            remedy=Remedy("claude-local --explain 8080"),
            exit_code=USAGE,
        )
    return (host.strip("[]") if colon else "127.0.0.1"), int(port)


def of_url(made: Scene, scheme: str, rest: str) -> Iterator[str]:
    authority = rest.partition("/")[0].rpartition("@")[2]
    place = parsed(authority)
    host = place[0] if place else authority.strip("[]")
    if scheme not in _PORTS:
        yield f"refused    {scheme} to {host}: {_NO_OTHERS}; git push and fetch are yours, outside"
    elif is_here(host):
        yield from of_port(made, host, place[1] if place else _PORTS[scheme])
    elif place and place[1] not in _PORTS.values():
        yield from of_port(made, *place)
    else:
        yield from of_domain(made, host)


def of_port(made: Scene, host: str, port: int) -> Iterator[str]:
    inner = "127.0.0.1" if host in ("localhost", "0.0.0.0", "") else host  # noqa: S104
    shown = f"[{host}]:{port}" if ":" in host else f"{host or '127.0.0.1'}:{port}"
    wanted = f"[{inner}]:{port}" if ":" in inner else f"{inner}:{port}"
    if made.values.network == "host":
        yield f"reach      {shown}: the network is the host's"
    elif any(way.shown == wanted for way in made.ways.ways):
        yield f"reach      {shown}"
    elif is_here(host) and port in made.values.publish:
        yield f"published  {shown}: a server of the session's own there is shown on this machine"
    elif host in ("::1", "::") and any(way.shown == f"127.0.0.1:{port}" for way in made.ways.ways):
        yield f"refused    {shown}: sessions reach it as 127.0.0.1:{port}"
    elif is_here(host):
        yield f"refused    {shown}: it is no port that leads out; a server of the session's own may listen there"
        yield f"           to allow it: {to_set(made.values, 'ports', port)}"
        yield f"           to see the session's own server from here: {to_set(made.values, 'publish', port)}"
    elif port in _PORTS.values() and _is_name(host):
        yield from of_domain(made, host, shown)
    else:
        yield f"refused    {shown}: {_NO_OTHERS}"


def of_domain(made: Scene, written: str, shown: str = "") -> Iterator[str]:
    """`shown`: with the port, where one was named."""
    values, name = made.values, written.lower().rstrip(".")
    shown = shown or name
    allowed = next((domain for domain in values.domains if name == domain or name.endswith(f".{domain}")), "")
    if values.network == "host":
        yield f"reach      {shown}: the network is the host's"
    elif allowed:
        yield f"reach      {shown}: network.domains has {allowed}, by http and https"
    elif not _is_name(name):
        yield f"refused    {shown}: {_NO_OTHERS}"
    else:
        yield f"refused    {shown}: there is no internet but for network.domains"
        yield f"           to allow it: {to_set(values, 'domains', name)}"


def of_this_machine(host: str) -> Iterator[str]:
    port = f"[{host}]:8080" if ":" in host else f"{host}:8080"
    yield f"refused    {host}: of this machine only the model server and ports that are listed; name one"
    yield f"           to look at one: claude-local --explain {port}"


def is_here(host: str) -> bool:
    return host in _HERE or host.startswith("127.")


def _is_name(host: str) -> bool:
    """A domain, no address."""
    last = host.rpartition(".")[2]
    return "." in host and ":" not in host and not last.isdecimal()
