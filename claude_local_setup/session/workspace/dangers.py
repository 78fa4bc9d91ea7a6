"""What git would run, obey or write through in a workspace as it is now, whoever made it: for who asks later."""

from __future__ import annotations

from ..git.folders import is_git_folder, repository_of
from ..git.left import Left
from ..linux.files import is_inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .place import Workspace
    from .search import Search


def dangers(search: Search, where: Workspace, *, also_own: bool) -> dict[str, str]:
    """(path: what git does) in all its folders there. `also_own`: the workspace's own hooks and config too, which no
    session can write once they are there."""
    found: dict[str, str] = {}
    repository = repository_of(where.opened)
    shared = repository.paths if repository else []
    left = Left(where.root, repository.common.path if repository else "")
    for folder in shared:
        for path, reason in left.in_folder(folder):
            if also_own or not _is_kept(path, folder):
                found[path] = reason
    for relative in search.heads():
        path = f"{where.root}/{relative}".rstrip("/")
        if not any(is_inside(path, folder) for folder in shared) and is_git_folder(path):
            found |= dict(left.in_folder(path))
    return found


def _is_kept(path: str, folder: str) -> bool:
    below = path[len(folder) + 1 :]
    return below in ("config", "config.worktree") or below.startswith("hooks/")
