"""Which ways lead out of the jail's network: the server, the management API, listed ports, editors, allowed domains."""

from __future__ import annotations

from ..network.inside import Place
from ..network.listeners import is_taken, strangers
from ..network.relays import Way, to_host
from ..values import parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..editor.ide import Editor
    from ..values import Values


class Ways:
    """The ways, and the names of other machines that lead to the jail's own addresses."""

    __slots__ = ("names", "ways")

    def __init__(self) -> None:
        self.ways: list[Way] = []
        self.names: list[tuple[str, str]] = []  # (address, name)

    def add(self, host: str, port: int, allowed: Callable[[], bool] = lambda: True) -> None:
        self._add(Way(Place(self._address(host), port), to_host(host, port, allowed), f"{_shown(host)}:{port}"))

    def _add(self, way: Way) -> None:
        if all(way.place != known.place for known in self.ways):
            self.ways.append(way)

    def _address(self, host: str) -> str:
        """The address that stands for it inside: its own, or for a name one of the loopback's."""
        if host == "localhost" or host.startswith("127."):
            return "127.0.0.1" if host == "localhost" else host
        if ":" in host or host.replace(".", "").isdigit():
            return host
        for address, name in self.names:
            if name == host:
                return address
        self.names.append((f"127.0.1.{len(self.names) + 1}", host))
        return self.names[-1][0]

    def add_editors(self, editors: Iterable[Editor], workspace: str) -> None:
        for editor in editors:
            self._add(to_editor(editor, workspace))

    def add_proxy(self, domains: list[str]) -> None:
        from ..network.proxy import ADDRESS, PORT, serve

        self._add(Way(Place(ADDRESS, PORT), serve(domains), ""))

    def hosts(self) -> bytes:
        """/etc/hosts with those names; b"" where there are none."""
        if not self.names:
            return b""
        with open("/etc/hosts", "rb") as file:
            known = file.read(1_000_000)
        return known.rstrip(b"\n") + b"\n" + "".join(f"{address} {name}\n" for address, name in self.names).encode()


def out(values: Values, editors: Iterable[Editor], workspace: str) -> Ways:
    """All of them for this config and level."""
    ways = Ways()
    if values.network != "private":
        return ways
    ways.add(*_server(values.base_url), _is_ours(values.base_url, values.uid))
    if values.management_url and values.level != "strict" and _answers(values.management_url):
        ways.add(*_server(values.management_url), _is_ours(values.management_url, values.uid))
    for port in values.ports:
        ways.add("127.0.0.1", port)
    ways.add_editors(editors, workspace)
    if values.domains:
        ways.add_proxy(values.domains)
    return ways


def to_editor(editor: Editor, workspace: str) -> Way:
    from ..editor.calls import serve

    return Way(Place("127.0.0.1", editor.port), serve(editor.port, workspace), f"127.0.0.1:{editor.port}")


def _server(url: str) -> tuple[str, int]:
    _, host, port, _ = parts_of(url)
    return host, port


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _answers(url: str) -> bool:
    """On this machine: whether anything listens there. A port that leads nowhere would only be in the session's way."""
    host, port = _server(url)
    return not _is_here(host) or is_taken(port)


def _is_ours(url: str, uid: int) -> Callable[[], bool]:
    """Asked anew for each connection: another user may have taken the port meanwhile, and would get key and prompts."""
    host, port = _server(url)
    addresses = ("127.0.0.1", "::1") if host == "localhost" else (host,)
    return lambda: not _is_here(host) or not strangers(port, uid, addresses)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
