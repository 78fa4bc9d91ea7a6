"""Carries a list of mounts out, in a mount namespace of the helper's own: each path is opened once, and mounted by
that.

It knows no policy. All that the host shows is copied (by descriptor, with its attributes) before the jail's root is put
in place; then everything is attached below that root, and no part of a path is ever followed through a link.
"""

from __future__ import annotations

import os

from ..linux import kernel
from ..values import OWN_IN_THE_JAIL
from .holding import cover, hold, make_sure
from .layering import Layers
from .mounts import Cover, Folder, Held, Layer, Link, Mailbox, Room, Text, Tree
from .root import FOLDER, Root, lay
from .trees import attach, copied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mounts import Mount


def build(mounts: Sequence[Mount], at: str, makes: Sequence[str]) -> tuple[list[int], list[str]]:
    """Puts the jail's root at the folder `at` of this mount namespace.

    Returns the mailboxes' writable descriptors, and the places of the layers that stay in memory.

    `makes`: folders of the host's, as the jail names them, in which what is missing may be made.
    """
    trees = {
        place: copied(mount)
        for place, mount in enumerate(mounts)
        if isinstance(mount, Tree) and not isinstance(mount, Layer)
    }
    kernel.mount("claude-local", at, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755,size=16m")
    root = Root(os.open(at, FOLDER), makes)
    layers = Layers(root)
    boxes: list[int] = []
    for place, mount in enumerate(mounts):
        if isinstance(mount, Layer):
            layers.make(mount)
        elif isinstance(mount, Tree):
            attach(root, mount, trees[place])
        elif isinstance(mount, Mailbox):
            boxes.append(_mailbox(root, mount))
        else:
            _make(root, mount)
    for mount in mounts:
        if isinstance(mount, Held):
            make_sure(root, mount)
    layers.done()
    _close(root, at)
    return boxes, layers.in_memory


def _make(root: Root, mount: Mount) -> None:
    if isinstance(mount, Folder):
        os.close(root.folder(mount.place))
    elif isinstance(mount, Link):
        _link(root, mount)
    elif isinstance(mount, Text):
        _text(root, mount)
    elif isinstance(mount, Room):
        _room(root, mount)
    elif isinstance(mount, Held):
        hold(root, mount)
    elif isinstance(mount, Cover):
        cover(root, mount)


def _link(root: Root, mount: Link) -> None:
    folder, name = mount.place.rsplit("/", 1)
    here = root.folder(folder)
    try:
        os.symlink(mount.to, name, dir_fd=here)
    except FileExistsError:
        pass  # what is shown there already is what it would lead to
    finally:
        os.close(here)


def _text(root: Root, mount: Text) -> None:
    """Written in the jail's own part of the root, then laid over its place, which may be in a tree of the host's."""
    own = root.folder(f"{OWN_IN_THE_JAIL}/text")
    name = mount.place.replace("/", ",")
    file = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=own)
    with os.fdopen(file, "wb") as written:
        written.write(mount.content)
    lay(own, name, root.file(mount.place))
    os.close(own)


def _room(root: Root, mount: Room) -> None:
    place = root.folder(mount.place)
    entries = os.sysconf("SC_PHYS_PAGES") * mount.percent // 100  # as many as could hold something
    options = f"mode=1777,size={mount.percent}%,nr_inodes={entries}"
    kernel.mount("claude-local", f"/proc/self/fd/{place}", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)
    os.close(place)
    inside = root.folder(mount.place)
    root.devices.add(os.fstat(inside).st_dev)
    os.close(inside)


def _mailbox(root: Root, mount: Mailbox) -> int:
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


def _close(root: Root, at: str) -> None:
    """From now on the root itself is read-only; what is mounted below stays as it is."""
    flags = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_RDONLY
    kernel.mount("none", at, "", flags)
    os.close(root.opened)
