"""One look through a workspace, by `find` beside other work: sockets, links, folders, and where git folders may be."""

from __future__ import annotations

import os

from ..linux.asked import FOLDER, Asked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER = f"/proc/self/fd/{FOLDER}/"
_PATIENCE = 10.0  # seconds
_SOCKETS = ("-type", "s", "-printf", r"s%P\0")
_FOLDERS = ("-type", "d", "-printf", r"d%i %P\0", "(", "-readable", "-executable", "-o", "-printf", r"u%P\0", ")")
_LINKS = ("-type", "l", "-printf", r"l%P\0")
_HEADS = ("(", "-name", "HEAD", "-o", "-name", "commondir", ")", "!", "-type", "d", "-printf", r"h%P\0")


class Search:
    """Paths are below the folder that is looked through; "" is that folder itself."""

    __slots__ = ("_asked", "_lines", "_said", "is_whole")

    def __init__(self, opened: int, more: Sequence[str] = (), said: tuple[bytes, bool] | None = None) -> None:
        """`more`: further words for find, which print with an "f" before each path; `said`: what another one said."""
        looks = ("(", *_SOCKETS, "-o", *_LINKS, "-o", *_FOLDERS, ")", ",", "(", *_HEADS, ")")
        more = (",", "(", *more, ")") if more else ()
        self._asked = None if said else Asked(("find", _FOLDER, *looks, *more), opened)
        self._said, self.is_whole = said or (b"", True)
        self._lines: list[bytes] | None = None

    def said(self) -> tuple[bytes, bool]:
        """All of it, and whether that is all that there is: of a folder that is too large there is what was found in
        time. Waits for it."""
        if self._asked:
            self._said, self.is_whole = self._asked.answer(_PATIENCE)
            self._asked = None
        return self._said, self.is_whole

    def sockets(self) -> list[str]:
        return self._of_kind(b"s")

    def folders(self) -> dict[str, int]:
        """By path: the inode's number."""
        found = (line.partition(" ") for line in self._of_kind(b"d"))
        return {path: int(inode) for inode, _, path in found}

    def unlisted(self) -> list[str]:
        """The folders that do not say what is in them."""
        return self._of_kind(b"u")

    def links(self) -> list[str]:
        return self._of_kind(b"l")

    def heads(self) -> list[str]:
        """The folders in which there is what may make one a folder of git's."""
        return [os.path.dirname(path) for path in self._of_kind(b"h")]

    def others(self) -> list[str]:
        return self._of_kind(b"f")

    def _of_kind(self, kind: bytes) -> list[str]:
        if self._lines is None:
            self._lines = self.said()[0].split(b"\0")[:-1]
        return [os.fsdecode(line[1:]) for line in self._lines if line.startswith(kind)]
