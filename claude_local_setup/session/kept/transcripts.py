"""What claude keeps of each session in a workspace's state, and how one goes on with it."""

from __future__ import annotations

import os

from ..words import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SESSION = "0123456789abcdef-"
_LENGTH = 36  # a UUID


def newest(state: str) -> tuple[float, str]:
    """(when it was written last, its name) of the session that was there last."""
    return max(_sessions(f"{state}/projects"), default=(0.0, ""))


def say_how_to_go_on(state: str, before: tuple[float, str]) -> None:
    """The last line, to who sits at a terminal: claude's own would lead out of the jail."""
    now = newest(state)
    if now != before and now[1] and os.isatty(2):
        say(f"to go on: claude-local --resume {now[1]}")


def _sessions(folder: str) -> Iterator[tuple[float, str]]:
    """A session may have put anything there."""
    for project in _entries(folder):
        for entry in _entries(project.path) if project.is_dir(follow_symlinks=False) else ():
            name, kind = os.path.splitext(entry.name)
            if kind == ".jsonl" and len(name) == _LENGTH and all(letter in _SESSION for letter in name):
                yield entry.stat(follow_symlinks=False).st_mtime, name


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []
