"""After the session: files in the workspace that it has created or changed and that would run outside the jail.

What was there before is read-only; what was not there cannot be mounted over, so it is named here.
"""

from __future__ import annotations

import os

from ..words import printable, say
from . import judging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .changes import Watched

_MOST = 20
_UNLISTED = "it cannot be looked into, and what is in it can be obeyed all the same"


def tell_planted(watched: Sequence[Watched], hooks: Sequence[str]) -> None:
    """Says what there is of it, in the workspace (the first) and in what git keeps of it elsewhere."""
    root = watched[0].path
    for one in watched:
        one.end()
    found = [f"  {printable(path.removeprefix(f'{root}/'))}: {why}\n" for path, why in _planted(watched, root, hooks)]
    if found:
        more = f"  and {len(found) - _MOST} more\n" if len(found) > _MOST else ""
        head = "claude-local: this session made or changed files that run outside the jail; look at them first:\n"
        os.write(2, (head + "".join(found[:_MOST]) + more).encode("utf-8", "replace"))
    for one in watched:
        if not one.is_whole:
            say(f"{one.path} is too large: not all that this session left was looked through: git status")


def _planted(watched: Sequence[Watched], root: str, hooks: Sequence[str]) -> Iterator[tuple[str, str]]:
    links = list(judging.links_of(root))
    for one in watched:
        yield from ((path, _UNLISTED) for path in one.unlisted)
        for path in one.changed:
            if reason := judging.what_runs(path, root, hooks, links):
                yield path, reason
