"""Trees of the host's, each copied from what was looked at, compared, and attached in the jail's root."""

from __future__ import annotations

import os
import stat

from ..linux import kernel
from ..words import Refusal, Remedy
from .mounts import Tree
from .root import Root, unmade


def copied(mount: Tree) -> int:
    """A detached copy of what the host has there; -1 where it is gone and may be."""
    try:
        place = kernel.open_plain(mount.source)
    except OSError as error:
        if mount.optional:
            return -1
        raise unmade(mount, error) from None
    try:
        _compare(mount, place)
        tree = kernel.clone_tree(place, deep=True)
        kernel.confine_tree(tree, read_only=not mount.writable)
        return tree
    except OSError as error:
        raise unmade(mount, error) from None
    finally:
        os.close(place)


def _compare(mount: Tree, place: int) -> None:
    """What was looked at is what is shown: its name may mean something else by now.

    (A descriptor from another mount namespace cannot be copied itself.)
    """
    if mount.opened >= 0:
        looked_at, found = os.fstat(mount.opened), os.fstat(place)
        if (looked_at.st_dev, looked_at.st_ino) != (found.st_dev, found.st_ino):
            raise Refusal(f"{mount.source} was exchanged meanwhile", remedy=Remedy("claude-local --explain"))


def attach(root: Root, mount: Tree, tree: int) -> None:
    if tree < 0:
        return
    is_folder = stat.S_ISDIR(os.fstat(tree).st_mode)
    try:
        place = root.folder(mount.place) if is_folder else root.file(mount.place)
        kernel.attach_tree(tree, place)
        os.close(place)
    except OSError as error:
        if not mount.optional:
            raise unmade(mount, error) from None
    os.close(tree)
