"""What in a workspace is read-only though the workspace is writable: what would later run, or be obeyed, outside the
jail.

The table is obeyed.py's, and git's own by structure. What is not there cannot be protected, and no stub is made: what a
session created is named after it (report.py).
"""

from __future__ import annotations

import os

from ..jail.mounts import Held
from ..linux.files import is_inside, leads_to
from . import obeyed
from .looking import FOLDER, is_folder, is_link, is_there, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PINNED = "what is kept in it cannot be moved away with it"
_HOOKS_PATH = "git runs it (core.hooksPath)"
_MOST, _DEEPEST = 40_000, 40  # held things below .git/modules; some eight for each submodule
# In each of git's folders, and no submodule unless it has a HEAD itself.
_OF_EACH = ("objects", "refs", "logs", "hooks", "info", "lfs", "branches", "rebase-merge", "rebase-apply")
# In a folder of git's.
KEPT_OF_GIT = {
    "hooks": "git runs them",
    "config": "git obeys it, and it can name programs to run",
    "config.worktree": "git obeys it, and it can name programs to run",
    "commondir": "git looks for its config and hooks there",
}
# In the registration of a linked worktree.
KEPT_OF_WORKTREES = {
    "config.worktree": KEPT_OF_GIT["config.worktree"],
    "commondir": KEPT_OF_GIT["commondir"],
    "gitdir": "git looks for the worktree there",
}


def of_workspace(opened: int, root: str) -> Iterator[Held]:
    """What is there of it now."""
    if is_folder(".git", opened):
        yield from _of_git_below(opened, ".git", f"{root}/.git")
    else:
        yield from _kept(opened, ".git", root, "it tells git where to look")
    found: dict[str, Held] = {}
    for name, reason in obeyed.kept():
        for held in _of_row(opened, name, root, reason):
            found.setdefault(held.place, held)
    yield from found.values()


def _of_row(opened: int, name: str, root: str, reason: str) -> Iterator[Held]:
    """Of a row's thing: it, and the folder that it lies in; of a folder that is a link all that it leads to."""
    top, _, below = name.partition("/")
    if below and is_link(top, opened):
        yield from _kept(opened, top, root, reason)
    elif is_there(name, opened):
        yield from _pinned_to(f"{root}/{name}", root)
        yield from _kept(opened, name, root, reason)


def of_config(hooks: Sequence[str], origins: Sequence[str], root: str) -> Iterator[Held]:
    """Of git's configuration, wherever it comes from, what lies in the writable folder `root`."""
    for paths, reason in ((hooks, _HOOKS_PATH), (origins, KEPT_OF_GIT["config"])):
        for path in paths:
            if path != root and is_inside(path, root):
                yield from _pinned_to(path, root)
                yield Held(path, reason)


def of_git(opened: int, path: str) -> Iterator[Held]:
    """Of an open folder of git's own, with its submodules and linked worktrees."""
    yield from _all_kept(opened, "", path, KEPT_OF_GIT)
    if is_folder("worktrees", opened):
        yield Held(f"{path}/worktrees", _PINNED, writable=True)
    for name in names(opened, "worktrees"):
        yield Held(f"{path}/worktrees/{name}", _PINNED, writable=True)
        yield from _all_kept(opened, f"worktrees/{name}", path, KEPT_OF_WORKTREES)
    if is_folder("modules", opened):
        yield from _modules(opened, path)


def on_the_way(paths: Sequence[str], root: str) -> Iterator[Held]:
    """The folders in the workspace above what is hidden in it."""
    for path in paths:
        if path != root and is_inside(path, root):
            yield from _pinned_to(path, root)


def _of_git_below(opened: int, name: str, path: str) -> Iterator[Held]:
    try:
        folder = os.open(name, FOLDER, dir_fd=opened)
    except OSError:
        return
    yield Held(path, _PINNED, writable=True)
    try:
        yield from of_git(folder, path)
    finally:
        os.close(folder)


def _modules(opened: int, path: str) -> list[Held]:
    """Of all submodules, whatever a session has put beside or between them; of too many the whole folder."""
    found = [Held(f"{path}/modules", _PINNED, writable=True)]
    for held in _modules_in(opened, "modules", path):
        found.append(held)
        if len(found) > _MOST or held.place.count("/") > path.count("/") + _DEEPEST:
            return [Held(f"{path}/modules", "there is more in it than can be told apart")]
    return found


def _modules_in(opened: int, relative: str, path: str) -> Iterator[Held]:
    """A submodule's name may hold slashes, and its folder others': each may be git's, and lie on the way to one."""
    for name in names(opened, relative):
        below = f"{relative}/{name}"
        if not is_folder(below, opened) or (name in _OF_EACH and not is_there(f"{below}/HEAD", opened)):
            continue
        yield Held(f"{path}/{below}", _PINNED, writable=True)
        yield from _all_kept(opened, below, path, KEPT_OF_GIT)
        yield from _modules_in(opened, below, path)


def _all_kept(opened: int, relative: str, path: str, names: dict[str, str]) -> Iterator[Held]:
    for name, reason in names.items():
        yield from _kept(opened, f"{relative}/{name}".lstrip("/"), path, reason)


def _kept(opened: int, relative: str, path: str, reason: str) -> Iterator[Held]:
    """The thing itself; of a link both the link, which cannot be exchanged then, and what it leads to."""
    place = f"{path}/{relative}"
    if not is_there(relative, opened):
        return
    yield Held(place, reason)
    if is_link(relative, opened):
        target = leads_to(place)
        if is_inside(target, path) and target != path:
            yield from _pinned_to(target, path)
            yield Held(target, reason)


def _pinned_to(path: str, root: str) -> Iterator[Held]:
    """The folders on the way: with one of them moved away, another could be put in the place of what is kept."""
    parts = path[len(root) :].strip("/").split("/")[:-1]
    for count in range(1, len(parts) + 1):
        yield Held("/".join([root, *parts[:count]]), _PINNED, writable=True)
