"""What in a workspace is read-only though the workspace is writable: what would later run, or be obeyed, outside the
jail.

The table is obeyed.py's, and git's own by structure (git/kept.py). What is not there cannot be protected, and no stub
is made: what a session created is named after it (report.py).
"""

from __future__ import annotations

import os

from ..git.kept import kept, pinned_to
from ..jail.mounts import Held
from ..linux.files import is_inside, leads_to
from ..linux.looking import is_link, is_there
from . import obeyed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence


_MOST_TARGETS = 1000  # of more links, the rest's are named where they change


def of_table(opened: int, root: str) -> Iterator[Held]:
    """What is there of it now."""
    found: dict[str, Held] = {}
    for name, reason in obeyed.kept():
        for held in _of_row(opened, name, root, reason):
            found.setdefault(held.place, held)
    yield from found.values()


def _of_row(opened: int, name: str, root: str, reason: str) -> Iterator[Held]:
    """Of a row's thing: it, and the folder that it lies in; of a folder that is a link all that it leads to."""
    top, _, below = name.partition("/")
    if below and is_link(top, opened):
        yield from kept(opened, top, root, reason)
    elif is_there(name, opened):
        yield from pinned_to(f"{root}/{name}", root)
        yield from kept(opened, name, root, reason)


def where_links_lead(links: Sequence[str], held: Sequence[Held], root: str) -> Iterator[Held]:
    """What links that are read-only lead to, in the workspace: a hook may be one, or a file in an editor's folder."""
    reasons = {one.place: one.reason for one in held if not one.writable}
    targets = 0
    for link in links:
        above = _first_above(os.path.dirname(f"{root}/{link}"), reasons, root)
        target = leads_to(f"{root}/{link}") if above else ""
        if target == root or not is_inside(target, root) or _first_above(target, reasons, root):
            continue
        targets += 1
        if targets <= _MOST_TARGETS and os.path.lexists(target):
            yield from pinned_to(target, root)
            yield Held(target, reasons[above])


def _first_above(path: str, places: Container[str], root: str) -> str:
    """The innermost of the places that the path is, or lies in; "" for none."""
    while len(path) > len(root) and path not in places:
        path = os.path.dirname(path)
    return path if path in places else ""


def tidied(held: Sequence[Held]) -> list[Held]:
    """Each place once, outer ones first; read-only where any says so, and nothing in what is read-only as a whole."""
    by_place: dict[str, Held] = {}
    for one in held:
        if one.place not in by_place or not one.writable:
            by_place[one.place] = one
    found: list[Held] = []
    whole = ""
    for place in sorted(by_place, key=lambda path: path.split("/")):
        if not is_inside(place, whole):
            found.append(by_place[place])
            whole = whole if by_place[place].writable else place
    return found


def on_the_way(paths: Sequence[str], root: str) -> Iterator[Held]:
    """The folders in the workspace above what is hidden in it."""
    for path in paths:
        if path != root and is_inside(path, root):
            yield from pinned_to(path, root)
