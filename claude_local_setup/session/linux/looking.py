"""Looking at names below an opened folder, following nothing."""

from __future__ import annotations

import os
import stat

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def is_there(relative: str, at: int) -> bool:
    return _told(relative, at) is not None


def is_folder(relative: str, at: int) -> bool:
    told = _told(relative, at)
    return told is not None and stat.S_ISDIR(told.st_mode)


def is_link(relative: str, at: int) -> bool:
    told = _told(relative, at)
    return told is not None and stat.S_ISLNK(told.st_mode)


def _told(relative: str, at: int) -> os.stat_result | None:
    try:
        return os.stat(relative, dir_fd=at, follow_symlinks=False)
    except OSError:
        return None


def names(opened: int, relative: str) -> list[str]:
    """What lies in a folder below; nothing where it is none."""
    try:
        folder = os.open(relative or ".", FOLDER, dir_fd=opened)
    except OSError:
        return []
    try:
        return sorted(os.listdir(folder))
    finally:
        os.close(folder)
