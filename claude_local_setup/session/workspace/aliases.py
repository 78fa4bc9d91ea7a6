"""Files by the other names that links in the workspace give them: `.husky` may be a link, or lie behind one."""

from __future__ import annotations

import os

from ..linux.files import is_inside, leads_to
from . import obeyed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST = 1000  # files below a link
_ROUNDS = 3  # a link may lie where another leads


class Aliases:
    """Only links whose own path has a part that somebody obeys, or that is git's."""

    __slots__ = ("_by_target",)

    def __init__(self, links: Sequence[str], root: str) -> None:
        heads = {*obeyed.heads(), ".git", "hooks"}
        self._by_target: dict[str, list[str]] = {}
        for link in links:
            parts = link[len(root) + 1 :].split("/")
            matters = "node_modules" not in parts and (
                not heads.isdisjoint(parts) or obeyed.who_obeys_name(parts[-1]) != ""
            )
            if matters and is_inside(target := leads_to(link), root) and target != root:
                self._by_target.setdefault(target, []).append(link)

    def of(self, path: str) -> Iterator[str]:
        """The other names of a file, whether changed itself or shown anew by a link."""
        found = {path}
        rest = [path]
        for _ in range(_ROUNDS if self._by_target else 0):
            rest = [name for known in rest for name in self._names(known) if name not in found]
            found.update(rest)
            yield from rest

    def _names(self, path: str) -> Iterator[str]:
        above = path
        while len(above) > 1:
            for link in self._by_target.get(above, ()):
                yield link + path[len(above) :]
            above = os.path.dirname(above)


def below(link: str, root: str) -> Iterator[str]:
    """What a new link to a folder of the workspace shows, by the link's name."""
    target = leads_to(link)
    if not is_inside(target, root) or not os.path.isdir(target) or is_inside(link, target):
        return
    count = 0
    for folder, _, names in os.walk(target):
        for name in names:
            count += 1
            if count > _MOST:
                return
            yield f"{link}{folder[len(target) :]}/{name}"
