"""A file in a folder that somebody else may change meanwhile: reached part by part, never through a link.

OSError where a part is a link, or is no folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL
from pathlib import Path

from ..session.linux.files import open_beneath, read_whole

_FOLDER = os.O_RDONLY | os.O_DIRECTORY


def read(top: Path, name: str) -> bytes | None:
    """None where it is not there. `name`: below `top`, with one folder before it."""
    folder, _, file = name.rpartition("/")
    try:
        with _opened(top, folder) as opened:
            os.stat(file, dir_fd=opened, follow_symlinks=False)
            content = read_whole(file, at=opened, follow=False)
    except FileNotFoundError:
        return None
    if content is None:
        raise OSError(EINVAL, "it is a link, or no plain file")
    return content


def write(top: Path, name: str, content: bytes, mode: int = 0o644) -> None:
    """Whole or not at all, with the mode of the file that is there; the folder is made where it is missing."""
    folder, _, file = name.rpartition("/")
    with _opened(top, "") as outer, suppress(FileExistsError):
        os.mkdir(folder, dir_fd=outer)
    with _opened(top, folder) as opened:
        with suppress(FileNotFoundError):
            mode = os.stat(file, dir_fd=opened, follow_symlinks=False).st_mode & 0o777
        temporary = f".{file}.claude-local-setup.{os.getpid()}"
        try:
            _put(temporary, content, mode, opened)
            os.rename(temporary, file, src_dir_fd=opened, dst_dir_fd=opened)
            os.fsync(opened)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=opened)
            raise


def remove(top: Path, name: str, *, folder_too: bool) -> None:
    """The file, and its folder if nothing else is in it."""
    folder, _, file = name.rpartition("/")
    with suppress(FileNotFoundError):
        with _opened(top, folder) as opened:
            os.unlink(file, dir_fd=opened)
        with _opened(top, "") as outer, suppress(OSError):
            if folder_too:
                os.rmdir(folder, dir_fd=outer)


def _put(name: str, content: bytes, mode: int, folder: int) -> None:
    handle = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode, dir_fd=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


@contextmanager
def _opened(top: Path, folder: str) -> Iterator[int]:
    outer = os.open(top, _FOLDER | os.O_CLOEXEC)
    try:
        inner = open_beneath(outer, folder, _FOLDER) if folder else os.dup(outer)
        try:
            yield inner
        finally:
            os.close(inner)
    finally:
        os.close(outer)
