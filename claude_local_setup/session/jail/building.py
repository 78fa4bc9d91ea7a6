"""Carries a list of mounts out, in a mount namespace of the helper's own: each path is opened once, and mounted by
that.

It knows no policy. All that the host shows is copied (by descriptor, with its attributes) before the jail's root is put
in place; then everything is attached below that root, and no part of a path is ever followed through a link.
"""

from __future__ import annotations

import os
import stat
from errno import ENOENT

from ..linux import kernel
from ..linux.files import is_inside
from ..values import OWN_IN_THE_JAIL
from ..words import Refusal
from .mounts import Cover, Folder, Held, Link, Mailbox, Room, Text, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mounts import Mount

_TRIES = 20
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ANY = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


def build(mounts: Sequence[Mount], at: str, state: str) -> list[int]:
    """Puts the jail's root at the folder `at` of this mount namespace; returns the mailboxes' writable descriptors.

    `state`: the one place of the host's, as the jail names it, in which what is missing may be made.
    """
    trees = {place: _copied(mount) for place, mount in enumerate(mounts) if isinstance(mount, Tree)}
    kernel.mount("claude-local", at, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755,size=16m")
    root = _Root(os.open(at, _FOLDER), state)
    boxes: list[int] = []
    for place, mount in enumerate(mounts):
        if isinstance(mount, Tree):
            _attach(root, mount, trees[place])
        elif isinstance(mount, Mailbox):
            boxes.append(_mailbox(root, mount))
        else:
            _make(root, mount)
    for mount in mounts:
        if isinstance(mount, Held):
            _make_sure(root, mount)
    _close(root, at)
    return boxes


class _Root:
    """The jail's root while it is made, and where in it something may be made: in memory of ours, and in the state."""

    __slots__ = ("devices", "opened", "state")

    def __init__(self, opened: int, state: str) -> None:
        self.opened = opened
        self.state = state
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
            return os.open(part, _FOLDER, dir_fd=here)
        finally:
            os.close(here)

    def _may_make(self, here: int, path: str) -> None:
        if os.fstat(here).st_dev not in self.devices and not is_inside(path, self.state):
            raise FileNotFoundError(ENOENT, "it is not there", path)


def _opened(here: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags, dir_fd=here)
    except FileNotFoundError:
        return -1


def _make(root: _Root, mount: Mount) -> None:
    if isinstance(mount, Folder):
        os.close(root.folder(mount.place))
    elif isinstance(mount, Link):
        _link(root, mount)
    elif isinstance(mount, Text):
        _text(root, mount)
    elif isinstance(mount, Room):
        _room(root, mount)
    elif isinstance(mount, Held):
        _hold(root, mount)
    elif isinstance(mount, Cover):
        _cover(root, mount)


def _copied(mount: Tree) -> int:
    """A detached copy of what the host has there; -1 where it is gone and may be."""
    try:
        place = kernel.open_plain(mount.source)
    except OSError as error:
        if mount.optional:
            return -1
        raise _unmade(mount, error) from None
    try:
        _compare(mount, place)
        tree = kernel.clone_tree(place, deep=True)
        kernel.confine_tree(tree, read_only=not mount.writable)
        return tree
    except OSError as error:
        raise _unmade(mount, error) from None
    finally:
        os.close(place)


def _compare(mount: Tree, place: int) -> None:
    """What was looked at is what is shown: its name may mean something else by now.

    (A descriptor from another mount namespace cannot be copied itself.)
    """
    if mount.opened >= 0:
        looked_at, found = os.fstat(mount.opened), os.fstat(place)
        if (looked_at.st_dev, looked_at.st_ino) != (found.st_dev, found.st_ino):
            raise Refusal(
                f"{mount.source} was exchanged meanwhile", remedy="look at what is there now, and start again"
            )


def _unmade(mount: Mount, error: OSError) -> Refusal:
    return Refusal(
        f"{mount.place} cannot be shown ({mount.reason}): {error.strerror}", remedy="claude-local-setup verify"
    )


def _attach(root: _Root, mount: Tree, tree: int) -> None:
    if tree < 0:
        return
    is_folder = stat.S_ISDIR(os.fstat(tree).st_mode)
    try:
        place = root.folder(mount.place) if is_folder else root.file(mount.place)
        kernel.attach_tree(tree, place)
        os.close(place)
    except OSError as error:
        if not mount.optional:
            raise _unmade(mount, error) from None
    os.close(tree)


def _parts(place: str) -> list[str]:
    return [part for part in place.split("/") if part]


def _link(root: _Root, mount: Link) -> None:
    folder, name = mount.place.rsplit("/", 1)
    here = root.folder(folder)
    try:
        os.symlink(mount.to, name, dir_fd=here)
    except FileExistsError:
        pass  # what is shown there already is what it would lead to
    finally:
        os.close(here)


def _text(root: _Root, mount: Text) -> None:
    """Written in the jail's own part of the root, then laid over its place, which may be in a tree of the host's."""
    own = root.folder(f"{OWN_IN_THE_JAIL}/text")
    name = mount.place.replace("/", ",")
    file = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=own)
    with os.fdopen(file, "wb") as written:
        written.write(mount.content)
    _lay(own, name, root.file(mount.place))
    os.close(own)


def _lay(folder: int, name: str, place: int) -> None:
    """Lays what the root's own folder has under that name over an open place, read-only; closes the place."""
    source = os.open(name, _ANY, dir_fd=folder)
    tree = kernel.clone_tree(source, deep=False)
    kernel.confine_tree(tree, read_only=True)
    kernel.attach_tree(tree, place)
    for file in (source, tree, place):
        os.close(file)


def _room(root: _Root, mount: Room) -> None:
    place = root.folder(mount.place)
    entries = os.sysconf("SC_PHYS_PAGES") * mount.percent // 100  # as many as could hold something
    options = f"mode=1777,size={mount.percent}%,nr_inodes={entries}"
    kernel.mount("claude-local", f"/proc/self/fd/{place}", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)
    os.close(place)
    inside = root.folder(mount.place)
    root.devices.add(os.fstat(inside).st_dev)
    os.close(inside)


def _mailbox(root: _Root, mount: Mailbox) -> int:
    """A folder in memory: its writable mount is taken away again, so that only the descriptor returned has it."""
    place = root.folder(mount.place)
    name = f"/proc/self/fd/{place}"
    kernel.mount("claude-local", name, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755,size=1m")
    inside = root.folder(mount.place)
    tree = kernel.clone_tree(inside, deep=False)
    kernel.confine_tree(tree, read_only=True)
    kernel.detach(f"/proc/self/fd/{inside}")
    kernel.attach_tree(tree, place)
    os.close(tree)
    os.close(place)
    return inside


def _hold(root: _Root, mount: Held) -> None:
    place = _named(root, mount.place)
    if place < 0:
        return  # not there, or not by this name: what a session makes of it is named afterwards
    try:
        tree = kernel.clone_tree(place, deep=True)
        kernel.confine_tree(tree, read_only=not mount.writable)
        kernel.attach_tree(tree, place)
        os.close(tree)
    except OSError as error:
        if error.errno != ENOENT:  # it was removed meanwhile
            raise _unmade(mount, error) from None
    finally:
        os.close(place)


def _make_sure(root: _Root, mount: Held) -> None:
    """What has that name now is what was mounted: a session beside this one may have exchanged it meanwhile."""
    for _ in range(_TRIES):
        place = _named(root, mount.place)
        if place < 0 or _is_mounted(root, mount.place, place):
            return
        _hold(root, mount)
    raise Refusal(f"{mount.place} is being exchanged all the time", remedy="end the other session in this workspace")


def _named(root: _Root, place: str) -> int:
    try:
        return kernel.open_plain(place.lstrip("/"), os.O_PATH | os.O_NOFOLLOW, at=root.opened)
    except OSError:
        return -1


def _is_mounted(root: _Root, name: str, place: int) -> bool:
    """Whether it is a mount of its own: then it is in another one than its folder."""
    folder = _named(root, name.rpartition("/")[0])
    try:
        return folder < 0 or kernel.mount_of(place) != kernel.mount_of(folder)
    finally:
        os.close(place)
        if folder >= 0:
            os.close(folder)


def _cover(root: _Root, mount: Cover) -> None:
    place = _named(root, mount.place)
    if place < 0:
        return
    mode = os.fstat(place).st_mode
    if mount.kind == "socket" and not stat.S_ISSOCK(mode):
        os.close(place)
        return
    own = root.folder(f"{OWN_IN_THE_JAIL}/empty")
    _nothing(own)
    _lay(own, "folder" if stat.S_ISDIR(mode) else "file", place)
    os.close(own)


def _nothing(own: int) -> None:
    try:
        os.mkdir("folder", 0o555, dir_fd=own)
        os.close(os.open("file", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444, dir_fd=own))
    except FileExistsError:
        pass


def _close(root: _Root, at: str) -> None:
    """From now on the root itself is read-only; what is mounted below stays as it is."""
    flags = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_RDONLY
    kernel.mount("none", at, "", flags)
    os.close(root.opened)
