"""Who listens on a port of this machine, by the kernel's own account: asked for every connection that is relayed."""

from __future__ import annotations

import sys

from ..linux.files import read_whole
from . import diag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_LISTENS = "0A"
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - looked for, not bound
_LARGEST = 16_000_000  # bytes of a table: 100,000 connections
_ACCOUNTS = "/etc/login.defs"
_PEOPLE = 1000  # people's accounts begin here, or earlier where UID_MIN says so (login.defs(5))


class Listener:
    """An address as it is usually written (a v4 one that v6 maps without its `::ffff:`), and whose socket it is."""

    __slots__ = ("address", "uid")

    def __init__(self, address: str, uid: int) -> None:
        self.address = address
        self.uid = uid

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Listener) and (self.address, self.uid) == (other.address, other.uid)

    def __hash__(self) -> int:
        return hash((self.address, self.uid))

    def __repr__(self) -> str:
        return f"Listener({self.address!r}, {self.uid})"

    @property
    def is_everywhere(self) -> bool:
        return self.address in _EVERYWHERE

    @property
    def is_local(self) -> bool:
        """Whether it is reached through the loopback."""
        return self.is_everywhere or self.address == "::1" or self.address.startswith("127.")


def listeners(port: int) -> list[Listener]:
    """All that listen on that port in this network namespace; none where the kernel does not tell."""
    try:
        return [Listener(_written(address), uid) for address, uid in diag.listening(port)]
    except OSError:  # no such socket in some sandboxes
        return [found for table in _TABLES for found in found_in(read_whole(table, largest=_LARGEST) or b"", port)]


def found_in(table: bytes, port: int) -> Iterator[Listener]:
    """Of a table such as /proc/net/tcp, which tells the listening sockets before all others (proc_net_tcp.rst)."""
    wanted = f":{port:04X}"
    for line in table.decode("ascii", "replace").split("\n")[1:]:
        fields = line.split(None, 8)
        if len(fields) < 8 or fields[3] != _LISTENS:
            return
        if fields[1].endswith(wanted):
            yield Listener(_written(_bytes(fields[1][:-5])), int(fields[7]))


def strangers(port: int, uid: int, addresses: tuple[str, ...] = ("127.0.0.1", "::1")) -> list[int]:
    """Which other people's are the listeners that are reached at these addresses."""
    found = {item.uid for item in listeners(port) if item.is_everywhere or item.address in addresses}
    return sorted(other for other in found if not is_trusted(other, uid))


def is_trusted(other: int, uid: int, people: int | None = None) -> bool:
    """Whether it is this user, root, or a system's account that nobody logs in with, such as Ollama's own."""
    return other in (0, uid) or other < (people_begin() if people is None else people)


def people_begin(written: str | None = None) -> int:
    """The least uid of a person's account; `written`: UID_MIN of another machine's login.defs, "" where it has none."""
    if written is None:
        rows = map(str.split, (read_whole(_ACCOUNTS) or b"").decode("utf-8", "replace").split("\n"))
        written = next((row[1] for row in rows if len(row) > 1 and row[0] == "UID_MIN"), "")
    return min(_PEOPLE, int(written)) if written.isascii() and written.isdecimal() and len(written) < 10 else _PEOPLE


def is_taken(port: int) -> bool:
    """Whether something listens where 127.0.0.1 or ::1 leads."""
    return any(item.is_everywhere or item.address in ("127.0.0.1", "::1") for item in listeners(port))


def listens(port: int, uid: int) -> bool:
    """Whether that user does, on the loopback or everywhere."""
    return any(item.is_local and item.uid == uid for item in listeners(port))


def owner(uid: int) -> str:
    """The user's name, as a person knows it."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _bytes(words: str) -> bytes:
    """As on the wire; in the tables each word of 32 bits has the machine's own order."""
    raw = bytes.fromhex(words)
    step = 1 if sys.byteorder == "big" else -1
    return b"".join(raw[place : place + 4][::step] for place in range(0, len(raw), 4))


def _written(address: bytes) -> str:
    if address.startswith(bytes(10) + b"\xff\xff"):
        address = address[12:]
    if len(address) == 4:
        return ".".join(map(str, address))
    return {bytes(16): "::", bytes(15) + b"\1": "::1"}.get(address, address.hex())
