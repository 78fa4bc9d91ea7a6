"""Finding the workspace: the git work tree that the current directory is in, else that directory; by descriptors."""

from __future__ import annotations

import os

from ..git.folders import FOLDER, is_damaged, is_work_tree
from ..linux.files import is_inside, leads_to
from ..shown.secrets import refusal
from ..shown.surroundings import at_home
from ..words import PROJECT, Refusal, typed
from .place import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..shown.surroundings import Guide
    from ..values import Values


def find_workspace(values: Values, guide: Guide, path: str) -> Workspace:
    """Raises Refusal with the reason where no session can be; `path` is the caller's PATH."""
    here = _opened(".", None)
    cwd = path_of(here)
    hide = [guide.lead(at_home(written, values.real_home)) for written in values.hide]
    opened, root, damaged = here, cwd, ""
    for folder, place in _upwards(here):
        if _is_work_tree(folder, place, values, guide, hide):
            opened, root = folder, place
            break
        if not damaged and is_damaged(folder, values.uid):
            damaged = place
    else:
        damaged = ""  # nothing larger would become the workspace
    if damaged:
        problem = f"{damaged}/.git is no valid repository any more, and git would take {root} for the work tree"
        raise Refusal(problem, remedy=typed("ls", "-lA", f"{damaged}/.git"))
    if reason := refused(root, guide, hide):
        raise Refusal(f"{root} cannot be a workspace, {reason}", remedy=PROJECT)
    if any(is_inside(root, guide.lead(entry)) for entry in path.split(":") if entry.startswith("/")):
        raise Refusal(f"{root} cannot be a workspace, your PATH leads there", remedy=PROJECT)
    if not _is_allowed(root, values):
        raise Refusal(
            f"{root} is not in isolation.workspaces",
            remedy=typed("cd", at_home(values.workspaces[0], values.real_home)),
        )
    return Workspace(root, cwd, opened)


def _is_work_tree(folder: int, path: str, values: Values, guide: Guide, hide: list[str]) -> bool:
    return is_work_tree(folder, values.uid) and not refused(path, guide, hide)


def refused(path: str, guide: Guide, hide: list[str]) -> str:
    """Why no session may write there, whatever the folder is called; "" if it may."""
    for place in (path, guide.in_the_home(path)):
        if any(is_inside(program, place) for program in guide.runs_outside):
            return "the model server's program lies there, and runs outside the jail"
        if reason := refusal(place, guide.home, hide):
            return reason
    return ""


def path_of(opened: int) -> str:
    """Where an open folder lies. Raises Refusal where it is gone."""
    path = os.readlink(f"/proc/self/fd/{opened}")
    if os.fstat(opened).st_nlink == 0 or not path.startswith("/"):
        raise Refusal("the current directory is gone", remedy=PROJECT)
    return path


def _upwards(here: int) -> Iterator[tuple[int, str]]:
    while True:
        path = path_of(here)
        yield here, path
        if path == "/":
            return
        here = _opened("..", here)


def _opened(name: str, at: int | None) -> int:
    try:
        return os.open(name, FOLDER, dir_fd=at)
    except OSError:
        raise Refusal("the current directory is gone, or cannot be entered", remedy=PROJECT) from None


def _is_allowed(root: str, values: Values) -> bool:
    """Is it in isolation.workspaces (which may be empty: any)?"""
    allowed = [leads_to(at_home(written, values.real_home)) for written in values.workspaces]
    return not allowed or any(is_inside(root, folder) for folder in allowed)
