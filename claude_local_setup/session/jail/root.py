"""The jail's root while it is built: folders and files in it, made or found by descriptor, never through a link."""

from __future__ import annotations

import os
import stat
from errno import ENOENT

from ..linux import kernel
from ..linux.files import is_inside
from ..words import VERIFY, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mounts import Mount

FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ANY = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


class Root:
    """The jail's root while it is made, and where in it something may be made: in memory of ours, and in what a
    session keeps."""

    __slots__ = ("devices", "makes", "opened")

    def __init__(self, opened: int, makes: Sequence[str]) -> None:
        self.opened = opened
        self.makes = makes
        self.devices = {os.fstat(opened).st_dev}

    def folder(self, place: str) -> int:
        """A descriptor of a folder, made part by part where it is missing and may be. Never through a link."""
        here = os.dup(self.opened)
        path = ""
        for part in _parts(place):
            path += f"/{part}"
            here = self._below(here, part, path)
        return here

    def file(self, place: str) -> int:
        folder, name = place.rsplit("/", 1)
        here = self.folder(folder)
        try:
            found = _opened(here, name, _ANY)
            if (found >= 0 and stat.S_ISDIR(os.fstat(found).st_mode)) or found < 0:
                self._may_make(here, place)
                if found >= 0:
                    os.close(found)
                    os.rename(name, f".{name}.in-the-way.{os.getpid()}", src_dir_fd=here, dst_dir_fd=here)
                os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444, dir_fd=here))
                found = os.open(name, _ANY, dir_fd=here)
            elif stat.S_ISLNK(os.fstat(found).st_mode):
                self._may_make(here, place)
                os.close(found)
                os.unlink(name, dir_fd=here)
                return self.file(place)
            return found
        finally:
            os.close(here)

    def _below(self, here: int, part: str, path: str) -> int:
        try:
            found = _opened(here, part, _ANY)
            if found >= 0 and stat.S_ISDIR(os.fstat(found).st_mode):
                return found
            self._may_make(here, path)
            if found >= 0:  # a session may have left a link or a file in the state's folder
                os.close(found)
                os.unlink(part, dir_fd=here)
            os.mkdir(part, 0o755, dir_fd=here)
            return os.open(part, FOLDER, dir_fd=here)
        finally:
            os.close(here)

    def _may_make(self, here: int, path: str) -> None:
        if os.fstat(here).st_dev not in self.devices and not any(is_inside(path, place) for place in self.makes):
            raise FileNotFoundError(ENOENT, "it is not there", path)


def _opened(here: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags, dir_fd=here)
    except FileNotFoundError:
        return -1


def unmade(mount: Mount, error: OSError) -> Refusal:
    return Refusal(f"{mount.place} cannot be shown ({mount.reason}): {error.strerror}", remedy=VERIFY)


def _parts(place: str) -> list[str]:
    return [part for part in place.split("/") if part]


def lay(folder: int, name: str, place: int) -> None:
    """Lays what the root's own folder has under that name over an open place, read-only; closes the place."""
    source = os.open(name, _ANY, dir_fd=folder)
    opened = [source, place]
    try:
        opened.append(tree := kernel.clone_tree(source, deep=False))
        kernel.confine_tree(tree, read_only=True)
        kernel.attach_tree(tree, place)
    finally:
        for file in opened:
            os.close(file)
