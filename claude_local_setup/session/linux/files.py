"""Looking at files that somebody else may change meanwhile: opened once, checked through that descriptor, read in
bounds."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LINKS = 40
LARGEST = 1_000_000  # bytes; nobody writes more into a file that we read


def is_inside(path: str, folder: str) -> bool:
    """Whether the path is that folder, or below it; both absolute and without links. Nothing is in no folder, ""."""
    return bool(folder) and (path == folder or path.startswith(folder if folder.endswith("/") else folder + "/"))


def leads_to(path: str, untrusted: tuple[str, ...] = (), text_of: Callable[[str], str] = os.readlink) -> str:
    """Where a path leads, each link followed as it is at that moment; "" if in a circle, or by a link in those folders.

    What is not there is taken as it is named. `text_of`: a link's, OSError where there is none.
    """
    here, rest, links = "", path.split("/")[::-1], 0
    while rest:
        part = rest.pop()
        if part in ("", "."):
            continue
        if part == "..":
            here = here.rpartition("/")[0]
            continue
        try:
            to = text_of(f"{here}/{part}")
        except (OSError, ValueError):
            here = f"{here}/{part}"
            continue
        links += 1
        if links > _LINKS or any(is_inside(here, folder) for folder in untrusted):
            return ""
        here = "" if to.startswith("/") else here
        rest += to.split("/")[::-1]
    return here or "/"


def walk(top: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """(folder, names of folders in it, names of the rest) as os.walk, however deep; of what cannot be listed nothing.
    The names of folders are of links to folders too, which are not entered; those taken away are not either."""
    left = [top]
    while left:
        folder = left.pop()
        folders: list[str] = []
        rest: list[str] = []
        links: set[str] = set()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    (folders if entry.is_dir() else rest).append(entry.name)
                    if entry.is_symlink():
                        links.add(entry.name)
        except OSError:
            continue
        yield folder, folders, rest
        left += [f"{folder}/{name}" for name in reversed(folders) if name not in links]


def read_whole(path: str, *, at: int | None = None, follow: bool = True, largest: int = LARGEST) -> bytes | None:
    """A file's bytes; None if it is no plain file, cannot be read or is larger.

    It never waits: what was put in its place may be a pipe or a device that gives bytes for ever.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        file = os.open(path, flags, dir_fd=at)
    except (OSError, ValueError):
        return None
    try:
        told = os.fstat(file)
        if not stat.S_ISREG(told.st_mode) or told.st_size > largest:
            return None
        return _all_of(file, largest)
    except OSError:
        return None
    finally:
        os.close(file)


def _all_of(file: int, largest: int) -> bytes | None:
    parts = []
    left = largest + 1
    while left > 0 and (part := os.read(file, min(left, 1 << 16))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts) if left > 0 else None


def open_beneath(root: int, relative: str, flags: int = os.O_PATH) -> int:
    """A descriptor for a path below an open folder, part by part and never through a link. Raises OSError."""
    here = os.dup(root)
    parts = [part for part in relative.split("/") if part not in ("", ".")]
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        try:
            if part == "..":
                raise FileNotFoundError(relative)
            wanted = flags if last else os.O_PATH | os.O_DIRECTORY
            below = os.open(part, wanted | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
        finally:
            os.close(here)
        here = below
    return here
