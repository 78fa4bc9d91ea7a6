"""After the session: files in the workspace that it has created or changed and that would run outside the jail.

What was there before is read-only; what was not there cannot be mounted over, so it is named here.
"""

from __future__ import annotations

import os

from ..words import printable
from . import judging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .changes import Watched

_MOST = 20


def tell_planted(watched: Sequence[Watched], hooks: Sequence[str]) -> None:
    """Says what there is of it, in the workspace (the first) and in what git keeps of it elsewhere."""
    root = watched[0].path
    found = []
    for one in watched:
        for path in one.changed():
            if reason := judging.what_runs(path, root, hooks):
                found.append(f"  {printable(path.removeprefix(root + '/'))}: {reason}\n")
        if not one.is_whole:
            found.append(f"  {printable(one.path)}: it is too large, not all of it was looked through\n")
    if found:
        more = f"  and {len(found) - _MOST} more\n" if len(found) > _MOST else ""
        head = "claude-local: this session made or changed files that run outside the jail; look at them first:\n"
        os.write(2, (head + "".join(found[:_MOST]) + more).encode("utf-8", "replace"))
