"""git's own folders, looked at by descriptor: is this a work tree, and what does git keep of it elsewhere?"""

from __future__ import annotations

import os
import stat

from ..linux.files import is_inside, read_whole
from ..shown.secrets import refusal
from .looking import is_git_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..shown.surroundings import Guide
    from .place import Workspace

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_POINTER = 8192  # bytes; a .git file holds one path


class GitFolder:
    """A folder of git's own, open: the common one of a linked worktree, or a submodule's."""

    __slots__ = ("opened", "path")

    def __init__(self, opened: int) -> None:
        self.opened = opened
        self.path = os.readlink(f"/proc/self/fd/{opened}")


def is_work_tree(folder: int, uid: int) -> bool:
    """Whether git, run by this user, would take the open folder for a work tree: a valid repository, and the user's
    own."""
    if os.fstat(folder).st_uid != uid:
        return False
    try:
        told = os.stat(".git", dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    if told.st_uid != uid:
        return False
    opened = _leads_to(folder) if stat.S_ISREG(told.st_mode) else _open_folder(".git", folder)
    if opened < 0:
        return False
    try:
        return os.fstat(opened).st_uid == uid and _is_repository(opened)
    finally:
        os.close(opened)


def outside(workspace: Workspace, guide: Guide, hide: list[str]) -> Iterator[GitFolder]:
    """The folders outside the workspace that git must be able to write for it.

    Each must point back here: else a planted .git file would open any folder that it names.
    """
    told = _plain_stat(".git", workspace.opened)
    if told is None or not stat.S_ISREG(told.st_mode):
        return
    opened = _leads_to(workspace.opened)
    if opened < 0:
        return
    own = GitFolder(opened)
    common = (
        _common_of(own, workspace) if _is_file("commondir", opened) else own if _is_module(own, workspace) else None
    )
    if common is None or is_inside(common.path, workspace.root) or not _is_repository(common.opened):
        return
    folder = common.path.removesuffix("/.git")
    if not (refusal(folder, guide.home, hide) or refusal(guide.in_the_home(folder), guide.home, hide)):
        yield common


def _common_of(own: GitFolder, workspace: Workspace) -> GitFolder | None:
    """Of a linked worktree: OWN is COMMON/worktrees/NAME, and its gitdir names this workspace's .git."""
    if _line("gitdir", own.opened) != f"{workspace.root}/.git":
        return None
    common = _open_folder(_line("commondir", own.opened) or ".", own.opened)
    if common < 0:
        return None
    found = GitFolder(common)
    return found if os.path.dirname(own.path) == f"{found.path}/worktrees" else None


def _is_module(own: GitFolder, workspace: Workspace) -> bool:
    """Of a submodule: OWN lies in a .git/modules, and its core.worktree names this workspace."""
    if "/.git/modules/" not in own.path and "/modules/" not in own.path:
        return False
    text = read_whole("config", at=own.opened, follow=False) or b""
    places = [line.partition(b"=")[2].strip() for line in text.splitlines() if line.strip().startswith(b"worktree")]
    here = os.fstat(workspace.opened)
    return any(_is_same(os.fsdecode(place).strip('"'), own.opened, here) for place in places)


def _is_same(path: str, at: int, wanted: os.stat_result) -> bool:
    try:
        found = os.stat(path, dir_fd=at)
    except (OSError, ValueError):
        return False
    return (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino)


def _leads_to(folder: int) -> int:
    """What a .git file names, open; -1 where it names nothing."""
    line = _line(".git", folder)
    return _open_folder(line.removeprefix("gitdir: "), folder) if line.startswith("gitdir: ") else -1


def _is_repository(opened: int) -> bool:
    return is_git_folder(f"/proc/self/fd/{opened}")


def _line(name: str, at: int) -> str:
    text = read_whole(name, at=at, follow=False, largest=_POINTER)
    return os.fsdecode(text.split(b"\n")[0]) if text else ""


def _open_folder(path: str, at: int) -> int:
    try:
        return os.open(path, _FOLDER, dir_fd=at)
    except (OSError, ValueError):
        return -1


def _plain_stat(name: str, at: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=at, follow_symlinks=False)
    except OSError:
        return None


def _is_file(name: str, at: int) -> bool:
    told = _plain_stat(name, at)
    return told is not None and stat.S_ISREG(told.st_mode)
