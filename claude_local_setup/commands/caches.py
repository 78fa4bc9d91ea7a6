"""`caches`: what sessions have added to tools' caches, for each workspace apart, and clearing that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from ..config.file import home
from ..errors import FAILED, SetupError
from ..host.caches import added, cleared
from ..screen import caches as screen
from ..screen.output import say


def list_caches(*, as_json: bool) -> int:
    screen.show(added(str(home())), as_json=as_json)
    return 0


def clear_caches(workspaces: Sequence[str]) -> int:
    """All, or those of these workspaces. Returns the exit code: 1 where a session runs in one."""
    found = added(str(home()))
    wanted = {str(Path(path).resolve()) for path in workspaces}
    if unknown := wanted - {one.workspace for one in found}:
        problem = f"no session has added anything to a cache in {min(unknown)}"
        raise SetupError(problem, remedy="claude-local-setup caches")
    used, freed = [], 0
    for one in found:
        if wanted and one.workspace not in wanted:
            continue
        if cleared(one):
            freed += one.bytes
        else:
            used.append(one.workspace)
    say(f"cleared: {screen.size(freed)}")
    for workspace in used:
        say(f"not cleared, a session runs there: {workspace}", err=True)
    if used:
        say(f"try: end it, then claude-local-setup caches clear {quote(used[0])}", err=True)
    return FAILED if used else 0
