"""The jail's file system as a session would see it: where a path leads there, and what shows it."""

from __future__ import annotations

import os

from ..linux.files import is_inside
from ..shown.mounted import below
from .mounts import Folder, Held, Layer, Link, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mounts import Mount

_LINKS = 40


def seen(mounts: Sequence[Mount], path: str) -> tuple[str, Mount | None]:
    """(where it leads, what is shown there: None for nothing), each link followed as the jail has it; "" in a circle.

    A Folder stands also for one that the jail has only since something is shown in it.
    """
    here, rest, links = "", path.split("/")[::-1], 0
    while rest:
        part = rest.pop()
        if part in ("", "."):
            continue
        if part == "..":
            here = here.rpartition("/")[0]
            continue
        to = _link(mounts, f"{here}/{part}")
        if not to:
            here = f"{here}/{part}"
            continue
        links += 1
        if links > _LINKS:
            return "", None
        here = "" if to.startswith("/") else here
        rest += to.split("/")[::-1]
    here = here or "/"
    return here, _shown_at(mounts, here) or _on_the_way(mounts, here)


def _shown_at(mounts: Sequence[Mount], place: str) -> Mount | None:
    """Later mounts lie over earlier ones; a folder of the jail's own has nothing in it but what is shown there."""
    found: Mount | None = None
    for mount in mounts:
        if isinstance(mount, (Held, Link)) or not is_inside(place, mount.place):
            continue
        if not isinstance(mount, Folder) or found is None or mount.place == place:
            found = mount
    return None if isinstance(found, Folder) and found.place != place else found


def _on_the_way(mounts: Sequence[Mount], place: str) -> Folder | None:
    inside = any(is_inside(mount.place, place) for mount in mounts if not isinstance(mount, Held))
    return Folder(place, "a folder of the jail's own") if inside else None


def _link(mounts: Sequence[Mount], place: str) -> str:
    """Its text, where there is one."""
    own = next((mount.to for mount in mounts if isinstance(mount, Link) and mount.place == place), "")
    shown = _shown_at(mounts, place)
    if own or not isinstance(shown, Tree):
        return own
    rest = place[len(shown.place) :]
    for source in (shown.upper, shown.source) if isinstance(shown, Layer) else (shown.source,):
        try:
            return os.readlink(below(source, rest)) if source else ""
        except OSError:
            continue
    return ""
