"""What sessions have added to caches on this machine, workspace by workspace."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..session.kept.layers import MOST, locked
from ..session.kept.state import CACHES, workspace_of


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


def cleared(one: Added) -> bool:
    """Removes it all; False where a session is running there."""
    locks = [locked(str(one.folder), number) for number in range(MOST)]
    try:
        if -1 in locks:
            return False
        for folder, *_ in os.walk(one.folder):  # what its owner closed: caches of modules, overlayfs's own folder
            Path(folder).chmod(0o700)
            for name in os.scandir(folder):
                if name.is_dir(follow_symlinks=False):
                    Path(name.path).chmod(0o700)
        shutil.rmtree(one.folder)
        return True
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
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(f"{place}/{name}").st_blocks * 512
            except OSError:
                continue  # it is being changed
