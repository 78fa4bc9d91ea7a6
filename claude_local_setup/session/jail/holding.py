"""What is kept as it is inside of something writable, and what is covered."""

from __future__ import annotations

import os
import stat
from errno import EINVAL, ENOENT

from ..linux import kernel
from ..values import OWN_IN_THE_JAIL
from ..words import Refusal, Remedy
from .mounts import Cover, Held
from .root import Root, lay, unmade

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .mounts import Mount

_TRIES = 20
# What another session does to a place meanwhile: it is removed, or what was mounted there went with its old name.
_EXCHANGED = (ENOENT, EINVAL)


def hold(root: Root, mount: Held) -> None:
    place = _named(root, mount.place)
    if place < 0:
        return  # not there, or not by this name: what a session makes of it is named afterwards
    try:
        tree = kernel.clone_tree(place, deep=True)
        kernel.confine_tree(tree, read_only=not mount.writable)
        kernel.attach_tree(tree, place)
        os.close(tree)
    except OSError as error:
        if error.errno not in _EXCHANGED:  # else make_sure looks again
            raise unmade(mount, error) from None
    finally:
        os.close(place)


def make_sure(root: Root, mount: Held) -> None:
    """What has that name now is what was mounted: a session beside this one may have exchanged it meanwhile."""
    for _ in range(_TRIES):
        place = _named(root, mount.place)
        if place < 0 or _is_mounted(root, mount.place, place):
            return
        hold(root, mount)
    raise _exchanged(mount)


def _exchanged(mount: Mount) -> Refusal:
    return Refusal(f"{mount.place} is being exchanged all the time", remedy=Remedy("pgrep -af claude-local"))


def _named(root: Root, place: str) -> int:
    try:
        return kernel.open_plain(place.lstrip("/"), os.O_PATH | os.O_NOFOLLOW, at=root.opened)
    except OSError:
        return -1


def _is_mounted(root: Root, name: str, place: int) -> bool:
    """Whether it is a mount of its own: then it is in another one than its folder."""
    folder = _named(root, name.rpartition("/")[0])
    try:
        return folder < 0 or kernel.mount_of(place) != kernel.mount_of(folder)
    finally:
        os.close(place)
        if folder >= 0:
            os.close(folder)


def cover(root: Root, mount: Cover) -> None:
    for _ in range(_TRIES):
        place = _named(root, mount.place)
        if place < 0:
            return
        mode = os.fstat(place).st_mode
        if mount.kind == "socket" and not stat.S_ISSOCK(mode):
            os.close(place)
            return
        try:
            _lay_nothing(root, "folder" if stat.S_ISDIR(mode) else "file", place)
        except OSError as error:
            if error.errno not in _EXCHANGED:
                raise unmade(mount, error) from None
        else:
            return
    raise _exchanged(mount)


def _lay_nothing(root: Root, kind: str, place: int) -> None:
    own = root.folder(f"{OWN_IN_THE_JAIL}/empty")
    try:
        _nothing(own)
        lay(own, kind, place)
    finally:
        os.close(own)


def _nothing(own: int) -> None:
    try:
        os.mkdir("folder", 0o555, dir_fd=own)
        os.close(os.open("file", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444, dir_fd=own))
    except FileExistsError:
        pass
