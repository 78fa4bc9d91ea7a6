"""The claude program: which one is run, and what of the host it needs to be seen for that."""

from __future__ import annotations

import os

from .surroundings import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..values import Values
    from .surroundings import Guide


def find(values: Values, path: str, guide: Guide) -> str:
    """The one that apply found, else the first on the caller's PATH, none of Windows; "" if there is none."""
    folders = (folder for folder in path.split(":") if folder.startswith("/") and not guide.is_of_windows(folder))
    candidates = [values.claude, *(f"{folder}/claude" for folder in folders)]
    return next((name for name in candidates if name and os.path.isfile(name) and os.access(name, os.X_OK)), "")


def shown(program: str, guide: Guide) -> list[Found]:
    """The program with the whole that it belongs to, where it lies and by the name that it is run by."""
    source = guide.lead(program)
    if not source:
        return []
    reason = "the claude program"
    named = Found(guide.place(program), source, reason, is_folder=False)
    whole = _whole(source)
    return [named] if whole == source else [Found(whole, whole, reason, is_folder=True), named]


def _whole(source: str) -> str:
    for part, kept in (
        ("/lib/node_modules/", ""),
        ("/node_modules/", "/node_modules"),
        ("/.claude/local/", "/.claude/local"),
    ):
        before, found, _ = source.partition(part)
        if found:
            return before + kept
    return source
