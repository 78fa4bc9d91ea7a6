"""What of git's is read-only in a session: what it runs and obeys, in each of its folders that the session can write,
and what belongs to other worktrees."""

from __future__ import annotations

import os

from ..jail.mounts import Held
from ..linux.files import is_inside, leads_to
from ..linux.looking import FOLDER, is_folder, is_link, is_there, names
from .folders import OF_MAIN, SHARED, GitFolder, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .config import GitConfig
    from .folders import Repository

PINNED = "what is kept in it cannot be moved away with it"
OBEYS = "git obeys it, and it can name programs to run"
_LOOKS = "git looks for its config and hooks there"
_OTHERS = "another worktree's"
_HOOKS_PATH = "git runs it (core.hooksPath)"
_PROGRAM = "git runs it (its config names it)"
_MOST, _DEEPEST = 40_000, 40  # held things below .git/modules; some eight for each submodule
# In each of git's folders, and no submodule unless it has a HEAD itself.
_OF_EACH = ("objects", "refs", "logs", "hooks", "info", "lfs", "branches", "rebase-merge", "rebase-apply")
_OF_FOLDER = {"hooks": "git runs them", "config": OBEYS, "config.worktree": OBEYS, "commondir": _LOOKS}
_OF_WORKTREE = {"config.worktree": OBEYS, "commondir": _LOOKS, "gitdir": "git looks for the worktree there"}


def of_workspace(tree: int, root: str, repository: Repository | None) -> Iterator[Held]:
    """What ties a writable folder to its repository; and of that, where it lies in the folder."""
    if is_folder(".git", tree):
        found = [GitFolder(os.open(".git", FOLDER, dir_fd=tree))]  # also what is no repository yet
    else:
        yield Held(f"{root}/.git", "it tells git where to look")
        found = []
    found += [repository.own, repository.common] if repository else []
    for folder in {folder.path: folder for folder in found}.values():
        if is_inside(folder.path, root):
            yield from of_nested(folder, root)


def of_folder(folder: GitFolder, root: str, *, is_shared: bool = False) -> Iterator[Held]:
    """Of an open folder of git's own, with its submodules and linked worktrees. `is_shared`: the workspace is one of
    these."""
    opened, path = folder.opened, folder.path
    yield from _all_kept(opened, "", path, _OF_FOLDER)
    if is_folder("worktrees", opened):
        yield Held(f"{path}/worktrees", PINNED, writable=True)
    for name in names(opened, "worktrees"):
        yield from _of_worktree(opened, f"worktrees/{name}", path, root)
    if is_shared:
        yield from _of_main(opened, path)
    elif is_folder("modules", opened):
        yield from _modules(opened, "modules", path)


def _of_worktree(opened: int, relative: str, path: str, root: str) -> Iterator[Held]:
    """A linked worktree's registration: nothing prunes one that no session sees. One in the workspace is the session's;
    what it makes of that is named afterwards."""
    line = _line(opened, f"{relative}/gitdir")
    tree = os.path.dirname(leads_to(os.path.join(path, relative, line))) if line else ""
    if tree == root:
        yield Held(f"{path}/{relative}", PINNED, writable=True)
        yield from _all_kept(opened, relative, path, _OF_WORKTREE)
        yield from _modules(opened, f"{relative}/modules", path)
    elif not is_inside(tree, root):
        yield Held(f"{path}/{relative}", _OTHERS)


def _of_main(opened: int, path: str) -> Iterator[Held]:
    """What the main worktree has for itself in the folder that all share."""
    its = [name for name in names(opened, "") if name not in SHARED and name not in _OF_FOLDER]
    within = [name for name in OF_MAIN if is_there(name, opened)]
    for name in within:
        yield from pinned_to(f"{path}/{name}", path)
    yield from _all_kept(opened, "", path, dict.fromkeys([*its, *within], _OTHERS))


def trees(folder: GitFolder, root: str) -> Iterator[str]:
    """The linked worktrees that lie in the workspace."""
    for name in names(folder.opened, "worktrees"):
        line = _line(folder.opened, f"worktrees/{name}/gitdir")
        tree = os.path.dirname(leads_to(os.path.join(folder.path, "worktrees", name, line))) if line else ""
        if tree != root and is_inside(tree, root) and os.path.isdir(tree):
            yield tree


def _line(opened: int, relative: str) -> str:
    try:
        folder = os.open(os.path.dirname(relative), FOLDER, dir_fd=opened)
    except OSError:
        return ""
    try:
        return line_of(os.path.basename(relative), folder)
    finally:
        os.close(folder)


def of_nested(folder: GitFolder, root: str) -> Iterator[Held]:
    """Of a repository further down; or of the writable folder itself, where that is one without a work tree."""
    yield from pinned_to(folder.path, root)
    if folder.path != root:
        yield Held(folder.path, PINNED, writable=True)
    yield from of_folder(folder, root)


def of_config(config: GitConfig, root: str) -> Iterator[Held]:
    """Of git's configuration, wherever it comes from, what lies in the writable folder `root`."""
    named = ((config.hooks(), _HOOKS_PATH), (config.programs(), _PROGRAM), (config.origins(), OBEYS))
    for paths, reason in named:
        for path in paths:
            if path != root and is_inside(path, root) and os.path.lexists(path):
                yield from pinned_to(path, root)
                yield Held(path, reason)


def _modules(opened: int, relative: str, path: str) -> list[Held]:
    """Of all submodules, whatever a session has put beside or between them; of too many the whole folder."""
    if not is_folder(relative, opened):
        return []
    found = [Held(f"{path}/{relative}", PINNED, writable=True)]
    for held in _modules_in(opened, relative, path):
        found.append(held)
        if len(found) > _MOST or held.place.count("/") > path.count("/") + _DEEPEST:
            return [Held(f"{path}/{relative}", "there is more in it than can be told apart")]
    return found


def _modules_in(opened: int, relative: str, path: str) -> Iterator[Held]:
    """A submodule's name may hold slashes, and its folder others': each may be git's, and lie on the way to one."""
    for name in names(opened, relative):
        below = f"{relative}/{name}"
        if not is_folder(below, opened) or (name in _OF_EACH and not is_there(f"{below}/HEAD", opened)):
            continue
        yield Held(f"{path}/{below}", PINNED, writable=True)
        yield from _all_kept(opened, below, path, _OF_FOLDER)
        yield from _modules_in(opened, below, path)


def _all_kept(opened: int, relative: str, path: str, names: dict[str, str]) -> Iterator[Held]:
    for name, reason in names.items():
        yield from kept(opened, f"{relative}/{name}".lstrip("/"), path, reason)


def kept(opened: int, relative: str, path: str, reason: str) -> Iterator[Held]:
    """The thing itself; of a link both the link, which cannot be exchanged then, and what it leads to."""
    place = f"{path}/{relative}"
    if not is_there(relative, opened):
        return
    yield Held(place, reason)
    if is_link(relative, opened):
        target = leads_to(place)
        if is_inside(target, path) and target != path:
            yield from pinned_to(target, path)
            yield Held(target, reason)


def pinned_to(path: str, root: str) -> Iterator[Held]:
    """The folders on the way: with one of them moved away, another could be put in the place of what is kept."""
    parts = path[len(root) :].strip("/").split("/")[:-1]
    for count in range(1, len(parts) + 1):
        yield Held("/".join([root, *parts[:count]]), PINNED, writable=True)
