"""What sessions left and no terminal has shown, in every workspace; and what git would do in the one of now."""

from __future__ import annotations

import os

from .kept import state
from .words import Refusal
from .workspace import report, untold
from .workspace.dangers import dangers
from .workspace.search import Search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .values import Values


def untold_of(values: Values, workspace: str) -> dict[str, str]:
    """(path: who obeys it), also of sessions that were killed."""
    folder = state.folder_of(values, workspace)
    report.look_after_the_dead(folder)
    return untold.known(folder, untold.UNSEEN) | untold.known(folder, untold.UNSAID)


def everywhere(values: Values) -> dict[str, str]:
    """The same of all workspaces, and of git's dangers in the one of the current directory, if sessions were there."""
    found: dict[str, str] = {}
    known = state.known_workspaces(values)
    for workspace in known:
        found |= untold_of(values, workspace)
    return found | _here(values, known)


def _here(values: Values, known: list[str]) -> dict[str, str]:
    from .shown.surroundings import Guide
    from .workspace.finding import find_workspace

    try:
        where = find_workspace(values, Guide(values), os.environ.get("PATH", ""))
    except Refusal:
        return {}
    return dangers(Search(where.opened), where, also_own=False) if where.root in known else {}
