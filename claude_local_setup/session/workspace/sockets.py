"""The host's unix sockets that have a path: no namespace closes them, so where one is seen in the jail it is
covered."""

from __future__ import annotations

import os

from ..linux.files import leads_to
from ..shown.mounted import read_whole_table
from ..words import Refusal, Remedy, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .search import Search

_TABLE = "/proc/net/unix"
_HEADING = b"Num       RefCount "
_READINGS = 3  # while sockets come and go the kernel leaves lines out of a reading


def paths() -> list[str]:
    """Where they lie, links followed. Raises Refusal where they cannot be listed: what is not known cannot be
    closed."""
    named: dict[bytes, None] = {}
    for _ in range(_READINGS):
        named |= dict.fromkeys(names(read_whole_table(_TABLE)))
    found = [path for name in named for path in _places(os.fsdecode(name))]
    return list(dict.fromkeys(leads_to(path) for path in found))


def in_workspace(search: Search, root: str) -> list[str]:
    """Those in the workspace, wherever they have been moved."""
    found = [f"{root}/{path}" for path in search.sockets()]
    if not search.is_whole:
        say("this workspace is too large to be looked through for sockets: one that was moved may answer")
    return found


def names(table: bytes) -> list[bytes]:
    """The names in the table that are paths; one may hold line breaks."""
    heading, *lines = table.removesuffix(b"\n").split(b"\n")
    if not heading.startswith(_HEADING):
        raise Refusal("this machine's sockets cannot be listed", remedy=Remedy("cat /proc/net/unix"))
    found: list[bytes | None] = []
    for line in lines:
        if _is_entry(line):
            found.append(_name(line))
        elif found and found[-1] is not None:
            found[-1] += b"\n" + line
    return [name for name in found if name and not name.startswith(b"@")]


def _is_entry(line: bytes) -> bool:
    """ADDRESS: REFS PROTOCOL FLAGS TYPE STATE INODE [NAME], of fixed widths but for the first and the last two
    (unix(7))"""
    address, _, rest = line.partition(b": ")
    return b" " not in address and len(rest) > 35 and all(rest[place] == 32 for place in (8, 17, 26, 31, 34))


def _name(line: bytes) -> bytes | None:
    """What follows the inode's number and one space."""
    return line.partition(b": ")[2][35:].lstrip(b" ").partition(b" ")[2] or None


def _places(name: str) -> Iterator[str]:
    """A relative name is below its program's current directory, as long as that stays there."""
    if name.startswith("/"):
        yield name
        return
    for process in os.listdir("/proc"):
        if process.isdigit():
            try:
                folder = os.readlink(f"/proc/{process}/cwd")
            except OSError:
                continue
            if os.path.lexists(f"{folder}/{name}"):
                yield f"{folder}/{name}"
