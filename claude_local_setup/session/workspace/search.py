"""One look through a workspace, by `find` beside other work: which sockets lie in it, and which folders there are."""

from __future__ import annotations

import os

from ..linux.asked import FOLDER, Asked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER = f"/proc/self/fd/{FOLDER}/"
_PATIENCE = 10.0  # seconds without a word
_SOCKETS = ("-type", "s", "-printf", r"s%P\0")
_FOLDERS = ("-type", "d", "-printf", r"d%i %P\0")


class Search:
    """Paths are below the folder that is looked through; "" is that folder itself."""

    __slots__ = ("_asked", "_said", "is_whole")

    def __init__(self, opened: int, more: Sequence[str] = ()) -> None:
        """`more`: further words for find, after those that tell sockets and folders."""
        words = ("find", _FOLDER, *_SOCKETS, "-o", *_FOLDERS)
        self._asked = Asked((*words, *(("-o", *more) if more else ())), opened)
        self._said: list[bytes] | None = None
        self.is_whole = True  # of a folder that is too large to be looked through, there is what was found in time

    def sockets(self) -> list[str]:
        return [os.fsdecode(line[1:]) for line in self._lines() if line.startswith(b"s")]

    def folders(self) -> dict[str, int]:
        """By path: the inode's number."""
        found = {}
        for line in self._lines():
            if line.startswith(b"d"):
                inode, _, path = line[1:].partition(b" ")
                found[os.fsdecode(path)] = int(inode)
        return found

    def others(self) -> list[str]:
        """What `more` has printed, each with an "f" before it."""
        return [os.fsdecode(line[1:]) for line in self._lines() if line.startswith(b"f")]

    def _lines(self) -> list[bytes]:
        if self._said is None:
            said, self.is_whole = self._asked.answer(_PATIENCE)
            self._said = said.split(b"\0")[:-1]
        return self._said
