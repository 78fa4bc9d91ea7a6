"""What sessions have added to caches on this machine, workspace by workspace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..session.kept.layers import MOST, locked
from ..session.kept.state import CACHES, workspace_of
from ..session.linux.files import walk


@dataclass(frozen=True)
class Added:
    workspace: str
    folder: Path
    bytes: int  # on the disk


def added(home: str) -> list[Added]:
    """The largest first."""
    folders = Path(home, ".claude-local/workspaces").glob(f"*/{CACHES}")
    return sorted(
        (Added(_workspace(folder.parent), folder, _size(folder)) for folder in folders), key=lambda one: -one.bytes
    )


@contextmanager
def unused(one: Added) -> Iterator[bool]:
    """Whether no session runs there; meanwhile none that starts gets a layer of it."""
    is_there = one.folder.is_dir()
    if is_there:
        one.folder.chmod(0o700)
    locks = [locked(str(one.folder), number) for number in range(MOST if is_there else 0)]
    try:
        yield -1 not in locks
    finally:
        for lock in locks:
            if lock >= 0:
                os.close(lock)


def _workspace(folder: Path) -> str:
    told = folder / "path"
    return workspace_of(folder.name) or (os.fsdecode(told.read_bytes()) if told.is_file() else folder.name)


def _size(folder: Path) -> int:
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    for place, _, names in walk(str(folder)):
        for name in names:
            try:
                yield os.lstat(f"{place}/{name}").st_blocks * 512
            except OSError:
                continue  # it is being changed
