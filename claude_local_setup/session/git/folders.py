"""git's own folders, looked at by descriptor: how one is known, wherever it lies, and which one a work tree has."""

from __future__ import annotations

import os
import stat

from ..linux.files import read_whole

FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_OF_EACH = ("objects", "refs")  # git asks of them only whether they can be entered, or run
# In a folder that several worktrees have, what they share; all else there is the main one's own, and of these folders
# what `OF_MAIN` names (gitrepository-layout(5)).
_SHARED = """objects refs packed-refs packed-refs.lock logs info hooks config config.lock worktrees lfs annex svn
rr-cache shallow shallow.lock branches remotes description gc.pid gc.log"""
SHARED = frozenset(_SHARED.split())
OF_MAIN = ("logs/HEAD", "info/sparse-checkout", "refs/bisect", "refs/worktree", "refs/rewritten")
_POINTER = 8192  # bytes of a file that holds one path


class GitFolder:
    """A folder of git's own, open."""

    __slots__ = ("opened", "path")

    def __init__(self, opened: int) -> None:
        self.opened = opened
        self.path = os.readlink(f"/proc/self/fd/{opened}")


class Repository:
    """What a work tree has: a folder of its own, and the one that all its worktrees share, mostly the same."""

    __slots__ = ("common", "own")

    def __init__(self, own: GitFolder, common: GitFolder) -> None:
        self.own = own
        self.common = common

    @property
    def is_linked(self) -> bool:
        return self.common is not self.own

    @property
    def paths(self) -> list[str]:
        return list(dict.fromkeys([self.own.path, self.common.path]))


def is_git_folder(path: str) -> bool:
    """Whether git would take it for a repository, or for a worktree's part of one: HEAD, and the rest here or in the
    common directory (gitrepository-layout(5))."""
    if not (os.path.islink(f"{path}/HEAD") or os.path.isfile(f"{path}/HEAD")):
        return False
    return os.path.lexists(f"{path}/commondir") or all(os.access(f"{path}/{name}", os.X_OK) for name in _OF_EACH)


def is_work_tree(tree: int, uid: int) -> bool:
    """Whether git, run by this user, would take the open folder for a work tree: a valid repository, and the user's
    own."""
    if os.fstat(tree).st_uid != uid:
        return False
    told = plain_stat(".git", tree)
    if told is None or told.st_uid != uid:
        return False
    found = of_tree(tree)
    return found is not None and os.fstat(found.opened).st_uid == uid


def is_damaged(tree: int, uid: int) -> bool:
    """Whether there is a .git of the user's that git would pass over: a session can make one so, to have more the next
    time."""
    told = plain_stat(".git", tree)
    return told is not None and told.st_uid == uid and of_tree(tree) is None


def of_tree(tree: int) -> GitFolder | None:
    """What `.git` in an open folder is, or leads to as a file or a link; None where git would not take it."""
    told = plain_stat(".git", tree)
    if told is None:
        return None
    if stat.S_ISREG(told.st_mode):
        line = line_of(".git", tree)
        opened = _opened(line.removeprefix("gitdir: "), tree) if line.startswith("gitdir: ") else -1
    else:
        opened = _opened(".git", tree)
    if opened < 0:
        return None
    if is_git_folder(f"/proc/self/fd/{opened}"):
        return GitFolder(opened)
    os.close(opened)
    return None


def repository_of(tree: int) -> Repository | None:
    """Found once for a session: what `.git` leads to may be another folder a moment later."""
    own = of_tree(tree)
    if own is None:
        return None
    line = line_of("commondir", own.opened)
    opened = _opened(line, own.opened) if line else -1
    return Repository(own, GitFolder(opened) if opened >= 0 else own)


def line_of(name: str, at: int | None = None) -> str:
    """What a file says that holds a path; "" where it is none, or is longer than one."""
    text = read_whole(name, at=at, follow=False, largest=_POINTER)
    return os.fsdecode(text.rstrip(b"\r\n")) if text else ""


def plain_stat(name: str, at: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=at, follow_symlinks=False)
    except (OSError, ValueError):
        return None


def _opened(path: str, at: int) -> int:
    try:
        return os.open(path, FOLDER, dir_fd=at)
    except (OSError, ValueError):
        return -1
