"""Layers: a folder of the host's below one of the session's own, joined by overlayfs. The host's keeps every byte."""

from __future__ import annotations

import os

from ..linux import kernel
from ..values import OWN_IN_THE_JAIL
from .mounts import Layer, Tree
from .root import FOLDER, Root
from .trees import attach, copied

_FLAGS = kernel.MS_NOSUID | kernel.MS_NODEV
_MEMORY = f"{OWN_IN_THE_JAIL}/layers"


class Layers:
    """Makes them, each where it is in the list of mounts. `in_memory`: the places of those that nothing keeps."""

    __slots__ = ("_memory", "_root", "in_memory")

    def __init__(self, root: Root) -> None:
        self._root = root
        self._memory = -1
        self.in_memory: list[str] = []

    def make(self, mount: Layer) -> None:
        """Where none can be written (on a network's file system, on another overlay) it stays in memory; where there
        can be none at all, the host's is read-only."""
        if mount.upper and self._is_made(mount, mount.upper, mount.work):
            return
        self.in_memory.append(mount.place)
        names = [f"/proc/self/fd/{self._room()}/{kind}{len(self.in_memory)}" for kind in ("upper", "work")]
        for name in names:
            os.mkdir(name, 0o700)
        if not self._is_made(mount, *names):
            plain = Tree(mount.place, mount.reason, mount.source)
            attach(self._root, plain, copied(plain))

    def done(self) -> None:
        """The memory has no name any more: only the layers have it."""
        if self._memory >= 0:
            kernel.detach(f"/proc/self/fd/{self._memory}")
            os.close(self._memory)

    def _room(self) -> int:
        if self._memory < 0:
            place = self._root.folder(_MEMORY)
            kernel.mount("claude-local", f"/proc/self/fd/{place}", "tmpfs", _FLAGS, "mode=700,size=25%")
            os.close(place)
            self._memory = self._root.folder(_MEMORY)
        return self._memory

    def _is_made(self, mount: Layer, upper: str, work: str) -> bool:
        opened: list[int] = []
        try:
            for path in (mount.source, upper, work):
                opened.append(_opened(path))
            lower, above, beside = (f"/proc/self/fd/{number}" for number in opened)
            opened.append(place := self._root.folder(mount.place))
            options = f"lowerdir={lower},upperdir={above},workdir={beside},userxattr"
            kernel.mount("claude-local", f"/proc/self/fd/{place}", "overlay", _FLAGS, options)
        except OSError:
            return False
        finally:
            for number in opened:
                os.close(number)
        return True


def _opened(path: str) -> int:
    """Never through a link; what is in memory has its folder open."""
    return os.open(path, FOLDER) if path.startswith("/proc/self/fd/") else kernel.open_plain(path, FOLDER)
