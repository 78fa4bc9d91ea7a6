"""One look through a workspace, by `find` beside other work: its sockets, its folders, and where git folders may be."""

from __future__ import annotations

import os

from ..linux.asked import FOLDER, Asked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER = f"/proc/self/fd/{FOLDER}/"
_PATIENCE = 10.0  # seconds
_SOCKETS = ("-type", "s", "-printf", r"s%P\0")
_FOLDERS = ("-type", "d", "-printf", r"d%i %P\0", "(", "-readable", "-o", "-printf", r"u%P\0", ")")
_HEADS = ("(", "-name", "HEAD", "-o", "-name", "commondir", ")", "!", "-type", "d", "-printf", r"h%P\0")


class Search:
    """Paths are below the folder that is looked through; "" is that folder itself."""

    __slots__ = ("_asked", "_said", "is_whole")

    def __init__(self, opened: int, more: Sequence[str] = ()) -> None:
        """`more`: further words for find, which print with an "f" before each path."""
        looks = ("(", *_SOCKETS, "-o", *_FOLDERS, ")", ",", "(", *_HEADS, ")")
        self._asked = Asked(("find", _FOLDER, *looks, *((",", "(", *more, ")") if more else ())), opened)
        self._said: list[bytes] | None = None
        self.is_whole = True  # of a folder that is too large to be looked through, there is what was found in time

    def read(self) -> None:
        """Waits for the answer."""
        self._lines(b"")

    def sockets(self) -> list[str]:
        return self._lines(b"s")

    def folders(self) -> dict[str, int]:
        """By path: the inode's number."""
        found = (line.partition(" ") for line in self._lines(b"d"))
        return {path: int(inode) for inode, _, path in found}

    def unlisted(self) -> list[str]:
        """The folders that do not say what is in them."""
        return self._lines(b"u")

    def heads(self) -> list[str]:
        """The folders in which there is what may make one a folder of git's."""
        return [os.path.dirname(path) for path in self._lines(b"h")]

    def others(self) -> list[str]:
        return self._lines(b"f")

    def _lines(self, kind: bytes) -> list[str]:
        if self._said is None:
            said, self.is_whole = self._asked.answer(_PATIENCE)
            self._said = said.split(b"\0")[:-1]
        return [os.fsdecode(line[1:]) for line in self._said if kind and line.startswith(kind)]
