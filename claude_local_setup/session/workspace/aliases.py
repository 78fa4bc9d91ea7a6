"""Files by the other names that links in the workspace give them: `.husky` may be a link, or lie behind one."""

from __future__ import annotations

import os

from ..linux.files import is_inside, leads_to
from . import obeyed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ROUNDS = 3  # a link may lie where another leads


class Aliases:
    """Only links whose own path has a part that somebody obeys, or that is git's. `targets`: where each leads."""

    __slots__ = ("_by_target", "targets")

    def __init__(self, links: Sequence[str], root: str) -> None:
        heads = {*obeyed.heads(), ".git", "hooks"}
        self.targets: dict[str, str] = {}
        self._by_target: dict[str, list[str]] = {}
        for link in links:
            parts = link[len(root) + 1 :].split("/")
            matters = not heads.isdisjoint(parts) or obeyed.who_obeys_name(parts[-1]) != ""
            if matters and "node_modules" not in parts and is_inside(target := leads_to(link), root):
                self.targets[link] = target
                self._by_target.setdefault(target, []).append(link)

    def of(self, path: str) -> Iterator[str]:
        """The other names of a file."""
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

    def led_elsewhere(self, before: Aliases) -> Iterator[str]:
        """Links that are as they were, and lead to something else that is there: another link lies on their way."""
        for link, target in self.targets.items():
            if before.targets.get(link, target) != target and os.path.lexists(target):
                yield link


def shown_by(link: str) -> Iterator[str]:
    """What the table knows below a new link's name, where that leads to it."""
    for rest in obeyed.below(os.path.basename(link)):
        if os.path.lexists(f"{link}/{rest}"):
            yield f"{link}/{rest}"
