"""`caches`: what sessions have added to tools' caches, for each workspace apart, and clearing that."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from ..config.file import home
from ..entries.actions import remove_all
from ..errors import FAILED, SetupError
from ..host.caches import Added, added, unused
from ..screen import caches as screen
from ..screen.output import say
from ..session.words import Remedy, typed


def list_caches(*, as_json: bool) -> int:
    screen.show(added(str(home())), as_json=as_json)
    return 0


def clear_caches(workspaces: Sequence[str]) -> int:
    """All, or those of these workspaces. Returns the exit code: 1 where a session runs in one."""
    found = added(str(home()))
    wanted = {str(Path(path).resolve()) for path in workspaces}
    if unknown := wanted - {one.workspace for one in found}:
        problem = f"no session has added anything to a cache in {min(unknown)}"
        raise SetupError(problem, remedy=Remedy("claude-local-setup caches"))
    used, freed = [], 0
    for one in found:
        if wanted and one.workspace not in wanted:
            continue
        with unused(one) as is_unused:
            if is_unused:
                _remove(one)
                freed += one.bytes
            else:
                used.append(one.workspace)
    say(f"cleared: {screen.size(freed)}")
    for workspace in used:
        say(f"not cleared, a session runs there: {workspace}", err=True)
    if used:
        say(f"try: end it, then claude-local-setup caches clear {quote(used[0])}", err=True)
    return FAILED if used else 0


def _remove(one: Added) -> None:
    """As `remove` does it: also what its owner has closed, and however deep."""
    for command in remove_all((str(one.folder),)).commands:
        done = subprocess.run(command.words, capture_output=True, text=True, check=False)
        if done.returncode:
            problem = f"{one.folder} could not be removed: {done.stderr.strip().splitlines()[-1:]}"
            raise SetupError(problem, remedy=typed("ls", "-la", str(one.folder)))
