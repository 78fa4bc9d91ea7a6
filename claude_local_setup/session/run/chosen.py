"""What the config shows, opens and hides, as it lies on this machine."""

from __future__ import annotations

import os

from ..linux.files import is_inside
from ..shown.devices import GPU
from ..shown.surroundings import Found, Guide, at_home
from ..words import Refusal, Remedy, typed
from ..workspace.finding import refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..jail.there import Children
    from ..values import Values

_OWN = ("/proc", "/dev", "/run", "/sys", "/tmp")


def hide(values: Values, guide: Guide) -> Iterator[str]:
    """isolation.hide, where it leads; it may not be there."""
    for written in values.hide:
        source = guide.lead(at_home(written, values.real_home))
        if not source:
            problem = f"isolation.hide names {written}, and a link that a session may have made leads there"
            raise Refusal(problem, remedy=typed("ls", "-l", at_home(written, values.real_home)))
        yield source


def reads(values: Values, guide: Guide) -> Iterator[Found]:
    """isolation.read: whatever it is, but not what the jail has of its own, nor the whole home."""
    for written in values.read:
        found = guide.found(at_home(written, values.real_home), "isolation.read names it")
        if found is None:
            continue
        if guide.in_the_home(found.source) == guide.home or any(is_inside(place, found.source) for place in _OWN):
            raise Refusal(
                f"isolation.read names {written}, which is too wide",
                remedy=Remedy("claude-local-setup config edit && claude-local-setup apply"),
            )
        yield found


def writes(values: Values, guide: Guide, hide: list[str]) -> Iterator[Found]:
    """isolation.write, outer folders first: what lies in one of them may be a session's work already."""
    for written in sorted(values.write, key=len):
        path = at_home(written, values.real_home)
        found = guide.found(path, "isolation.write names it")
        guide.untrusted += (path, found.source) if found else (path,)
        if found and found.is_folder and not refused(found.source, guide, hide):
            yield found


def devices(values: Values) -> Iterator[str]:
    """isolation.devices, those that are there; a GPU is several."""
    for written in values.devices:
        yield from _gpus() if written == "gpu" else (written,)


def _gpus() -> Iterator[str]:
    from glob import glob

    for pattern in GPU:
        yield from glob(pattern)


def children(hide: Sequence[str]) -> Children:
    """What lies in the folders above what is hidden; those with very many entries are masked instead."""
    children: Children = {}
    for path in hide:
        folder = os.path.dirname(path)
        while folder != "/" and folder not in children:
            entries = _entries(folder)
            if len(entries) > 300:
                break
            children[folder] = entries
            folder = os.path.dirname(folder)
    return children


def _entries(folder: str) -> list[tuple[str, str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, _kind(entry)) for entry in entries)
    except OSError:
        return []


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return f"link:{os.readlink(entry.path)}"
    return "folder" if entry.is_dir(follow_symlinks=False) else "file"
