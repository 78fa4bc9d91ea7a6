"""What a session has changed in the folders that it may write: files by their inode's own time, folders by what is now
at their place. A folder that was moved has old files in it: all of them count.
"""

from __future__ import annotations

import os

from .search import Search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 20_000  # files of folders that are new at their place
_SECOND = 1_000_000_000  # nanoseconds
_COARSE = 5  # CLOCK_REALTIME_COARSE: the one that inodes' times are taken from


class Watched:
    """A folder, open, with what there was in it when the session began."""

    __slots__ = ("_before", "_opened", "_since", "is_whole", "path")

    def __init__(self, path: str, opened: int, before: Search) -> None:
        self.path = path
        self._opened = opened
        self._before = before
        self._since = ""
        self.is_whole = True

    def begin(self) -> None:
        """From now on what changes is the session's."""
        self._before.folders()
        import time

        seconds, rest = divmod(time.clock_gettime_ns(_COARSE), _SECOND)
        if os.fstat(self._opened).st_ctime_ns % _SECOND == 0:  # a file system that counts in seconds, or in two
            seconds, rest = seconds - 2, 0
        self._since = f"@{seconds}.{rest:09d}"

    def changed(self) -> Iterator[str]:
        """Paths of files and links, each once."""
        files = ("(", "-type", "f", "-o", "-type", "l", ")", "-newerct", self._since, "-printf", r"f%P\0")
        after = Search(self._opened, files)
        below = [*after.others(), *self._in_moved(after.folders())]
        self.is_whole = self._before.is_whole and after.is_whole
        yield from (f"{self.path}/{path}" for path in dict.fromkeys(below))

    def _in_moved(self, after: dict[str, int]) -> Iterator[str]:
        before = self._before.folders()
        new = {path for path, inode in after.items() if before.get(path) != inode}
        tops = [path for path in new if path and os.path.dirname(path) not in new]
        count = 0
        for top in tops:
            for folder, folders, names in os.walk(f"/proc/self/fd/{self._opened}/{top}"):
                links = [name for name in folders if os.path.islink(f"{folder}/{name}")]
                for name in (*names, *links):
                    yield f"{folder}/{name}".partition(f"/fd/{self._opened}/")[2]
                    count += 1
                if count > _MOST:
                    return
