"""What sessions add to caches: private to a workspace, there again in its next session. Of each workspace a folder:

- home/ROW: what tools keep there; where the machine has a part of it, the layer over that
- elsewhere/PATH: the same of those that variables name
- N/…: the layers of a session beside others; home/ and elsewhere/ have the first one's
- work/N/…: overlayfs's own
- N.lock: held while session N runs; two with one layer would spoil it
"""

from __future__ import annotations

import fcntl
import os

from ..jail.mounts import Layer, Tree
from ..linux import kernel
from ..linux.files import is_inside
from ..shown.caches import HOST, OWN, WHOLE
from ..words import Refusal, Remedy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..shown.caches import Cache

MOST = 16  # sessions of a workspace at the same time that keep what they add
_ALL = 0o700
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def mounts(folder: str, caches: Sequence[Cache], home: str) -> tuple[list[Tree], int]:
    """For a session of the workspace whose folder that is; and the lock that it holds, -1 where all are taken.

    Raises Refusal where they cannot be made.
    """
    try:
        os.makedirs(folder, _ALL, exist_ok=True)
        lock, number = _free(folder)
        return list(_mounts(folder, caches, home, number)), lock
    except OSError as error:
        problem = f"{folder}, where sessions here keep what they add to caches, cannot be used: {error.strerror}"
        raise Refusal(problem, remedy=Remedy("claude-local-setup caches clear")) from None


def _mounts(folder: str, caches: Sequence[Cache], home: str, number: int) -> Iterator[Tree]:
    for cache in caches:
        name = _name(cache.place, home)
        if cache.is_own and [part for part, _ in cache.parts] != [WHOLE]:
            yield Tree(cache.place, OWN, _made(folder, name), writable=True)
        for part, source in cache.parts:
            below = name if part == WHOLE else f"{name}/{part}"
            place = cache.place if part == WHOLE else f"{cache.place}/{part}"
            upper = _made(folder, f"{number}/{below}" if number else below) if number >= 0 else ""
            work = _made(folder, f"work/{number}/{below}") if upper else ""
            yield Layer(place, HOST, source, upper, work)


def _name(place: str, home: str) -> str:
    return f"home{place[len(home) :]}" if is_inside(place, home) else f"elsewhere{place}"


def _free(folder: str) -> tuple[int, int]:
    for number in range(MOST):
        if (lock := locked(folder, number)) >= 0:
            return lock, number
    return -1, -1


def locked(folder: str, number: int) -> int:
    """The lock of that layer, held until it is closed; -1 where a session holds it, or the folder has just gone."""
    try:
        file = os.open(f"{folder}/{number}.lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        return -1
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(file).st_nlink:
            return file
    except BlockingIOError:
        pass
    os.close(file)
    return -1


def _made(folder: str, relative: str) -> str:
    """The folder below, made where it is missing, whatever sessions have put in its place or closed."""
    path = f"{folder}/{relative}"
    try:
        here = kernel.open_plain(path, _FOLDER)
    except OSError:
        here = os.open(folder, _FOLDER)
        for part in relative.split("/"):
            here = _below(here, part)
    if os.fstat(here).st_mode & _ALL != _ALL:
        os.chmod(f"/proc/self/fd/{here}", _ALL)
    os.close(here)
    return path


def _below(here: int, part: str) -> int:
    """Another session may be making it too."""
    try:
        os.chmod(f"/proc/self/fd/{here}", 0o700)
        while True:
            try:
                return os.open(part, _FOLDER, dir_fd=here)
            except FileNotFoundError:
                _tried(lambda: os.mkdir(part, 0o700, dir_fd=here))
            except NotADirectoryError:
                _tried(lambda: os.unlink(part, dir_fd=here))
    finally:
        os.close(here)


def _tried(change: Callable[[], None]) -> None:
    try:
        change()
    except (FileExistsError, FileNotFoundError):
        pass
