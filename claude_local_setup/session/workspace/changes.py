"""What a session has changed in the folders that it may write: files by their inode's own time, folders by what is now
at their place. A folder that was moved has old files in it, and one that has become git's old settings: all count.
"""

from __future__ import annotations

import os
import time

from ..git.folders import is_git_folder
from ..linux.files import walk
from .aliases import Aliases
from .search import Search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_MOST = 20_000  # files of folders that are new at their place
_STORED = ("objects", "refs", "logs", "lfs")
_OF_A_BARE_ONE = ("hooks", "info", "worktrees", "modules", "rebase-merge", "rebase-apply", "sequencer")  # at the root
_SECOND = 1_000_000_000  # nanoseconds
_COARSE = 5  # CLOCK_REALTIME_COARSE: the one that inodes' times are taken from


class Watched:
    """A folder, open, with what there was in it when the session began; and, at its end, what has changed.

    `record` and `recorded` keep it over the end of the process.
    """

    __slots__ = ("_before", "_git", "_opened", "_since", "aliases", "changed", "is_whole", "links", "path", "unlisted")

    def __init__(self, path: str, opened: int, before: Search) -> None:
        self.path = path
        self._opened = opened
        self._before = before

    def begin(self) -> None:
        """From now on what changes is the session's."""
        self._before.said()
        self._git = self._git_folders(self._before)
        self.aliases = Aliases([f"{self.path}/{path}" for path in self._before.links()], self.path)
        seconds, rest = divmod(time.clock_gettime_ns(_COARSE), _SECOND)
        if os.fstat(self._opened).st_ctime_ns % _SECOND == 0:  # a file system that counts in seconds, or in two
            seconds, rest = seconds - 2, 0
        self._since = f"@{seconds}.{rest:09d}"

    @property
    def since(self) -> str:
        """Seconds, as of a clock."""
        return self._since[1:]

    def count_from(self, since: str) -> None:
        """From then on, where that is earlier: what was made before may have been put in another place since."""
        self._since = f"@{min(since, self.since, key=float)}"

    def record(self) -> list[bytes]:
        git = "".join(f"{path}\0" for path in self._git)
        said, is_whole = self._before.said()
        return [*map(os.fsencode, (self.path, self._since, git)), b"whole" if is_whole else b"", said]

    @classmethod
    def recorded(cls, record: list[bytes]) -> Watched:
        """Raises OSError where the folder is no more."""
        path, since, git = map(os.fsdecode, record[:3])
        opened = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        made = cls(path, opened, Search(opened, said=(record[4], bool(record[3]))))
        made._since, made._git = since, set(git.split("\0")[:-1])
        made.aliases = Aliases([], path)  # where links led is not known any more
        return made

    def end(self) -> None:
        """`changed`: paths of files and links; `unlisted`: of folders that say no longer what is in them."""
        files = ("(", "-type", "f", "-o", "-type", "l", ")", "-newerct", self._since, "-printf", r"f%P\0")
        after = Search(self._opened, files)
        after.said()
        self.is_whole = self._before.is_whole and after.is_whole
        before = set(self._before.unlisted())
        self.unlisted = [f"{self.path}/{path}" for path in after.unlisted() if path not in before]
        opened = before.difference(after.unlisted())
        below = dict.fromkeys(after.others())
        below |= dict.fromkeys(self._in_moved(after, opened, below))
        below |= dict.fromkeys(self._in_new_git_folders(after))
        self.changed = [f"{self.path}/{path}" for path in below]
        self.links = [f"{self.path}/{path}" for path in after.links()]

    def _in_moved(self, after: Search, opened: set[str], known: Container[str]) -> Iterator[str]:
        """Files that are older than the session, where they are new: in folders at another place, and in those that
        did not say what is in them. Of what there was before only a part may be known: then nothing tells."""
        before = self._before.folders() if self._before.is_whole else after.folders()
        new = {path for path, inode in after.folders().items() if before.get(path) != inode}
        new |= opened
        tops = sorted(path for path in new if path and os.path.dirname(path) not in new)
        count = 0
        for top in tops:
            for path in self._files_below(top):
                if path in known:
                    continue
                count += 1
                if count > _MOST:
                    self.is_whole = False
                    return
                yield path

    def _files_below(self, top: str) -> Iterator[str]:
        here = f"/proc/self/fd/{self._opened}/"
        for folder, folders, names in walk(here + top):
            links = (name for name in folders if os.path.islink(f"{folder}/{name}"))
            yield from (f"{folder}/{name}"[len(here) :] for name in (*names, *links))

    def _git_folders(self, search: Search) -> set[str]:
        return {path for path in search.heads() if is_git_folder(f"/proc/self/fd/{self._opened}/{path}")}

    def _in_new_git_folders(self, after: Search) -> Iterator[str]:
        """All in a folder that has become git's, whenever it was written, but for what it only stores."""
        here = f"/proc/self/fd/{self._opened}/"
        for folder in self._git_folders(after) - self._git:
            top = f"{here}{folder}".rstrip("/")
            for place, folders, names in walk(top):
                links = [name for name in folders if os.path.islink(f"{place}/{name}")]
                yield from (f"{place}/{name}"[len(here) :] for name in (*names, *links))
                if place == top:
                    folders[:] = [
                        name for name in folders if name not in _STORED and (folder or name in _OF_A_BARE_ONE)
                    ]
