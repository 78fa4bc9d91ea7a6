"""What a workspace is called besides: by links, as people come to it, and as build folders note it."""

from __future__ import annotations

import os

from ..linux.files import is_inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..shown.surroundings import Guide
    from .place import Workspace

_NAMED_BY = ("PWD", "VIRTUAL_ENV")  # a shell keeps the name that it was given
_MOST = 16


def names(workspace: Workspace, guide: Guide) -> list[str]:
    """Paths in the jail, none of them with a link of a session's on its way."""
    found = (guide.place(name) for name in (*_of_variables(workspace, guide), *_of_links(workspace, guide)))
    return list(dict.fromkeys(name for name in found if not is_inside(name, workspace.root)))[:_MOST]


def _of_variables(workspace: Workspace, guide: Guide) -> Iterator[str]:
    for variable in _NAMED_BY:
        path = os.environ.get(variable, "")
        source = guide.lead(path) if path.startswith("/") and os.path.normpath(path) == path else ""
        below = source[len(workspace.root) :]
        if is_inside(source, workspace.root) and path.endswith(below):
            name = path[: len(path) - len(below)]
            if guide.lead(name) == workspace.root:
                yield name


def _of_links(workspace: Workspace, guide: Guide) -> Iterator[str]:
    """Through those in the home, and beside it in the root directory: ~/work may be another disk's folder."""
    for folder in (guide.home, "/"):
        try:
            with os.scandir(folder) as entries:
                links = [entry.path for entry in entries if entry.is_symlink()]
        except OSError:
            continue
        for link in links:
            if is_inside(workspace.root, target := guide.lead(link)):
                yield link + workspace.root[len(target.rstrip("/")) :]
