"""The jail's file system as a session would see it: where a path leads there, and what shows it."""

from __future__ import annotations

import os
from errno import ENOENT

from ..linux.files import is_inside, leads_to
from ..shown.mounted import below
from .mounts import Folder, Held, Layer, Link, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mounts import Mount


def seen(mounts: Sequence[Mount], path: str) -> tuple[str, Mount | None]:
    """(where it leads, what is shown there: None for nothing), each link followed as the jail has it; "" in a circle.

    A Folder stands also for one that the jail has only since something is shown in it.
    """
    place = leads_to(path, text_of=lambda link: _text(mounts, link))
    return place, (_shown_at(mounts, place) or _on_the_way(mounts, place)) if place else None


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


def _text(mounts: Sequence[Mount], place: str) -> str:
    """Of the link there. Raises OSError where there is none."""
    own = next((mount.to for mount in mounts if isinstance(mount, Link) and mount.place == place), "")
    shown = _shown_at(mounts, place)
    if own or not isinstance(shown, Tree):
        return own or _none(place)
    rest = place[len(shown.place) :]
    if isinstance(shown, Layer) and shown.upper and os.path.lexists(below(shown.upper, rest)):
        return os.readlink(below(shown.upper, rest))
    return os.readlink(below(shown.source, rest)) if shown.source else _none(place)


def _none(place: str) -> str:
    raise FileNotFoundError(ENOENT, "no link is there", place)
