"""What git keeps of a workspace outside of it: a session must be able to write that, so it must be this workspace's.

A file or a link named .git names any folder that who made it likes: that folder must know the work tree as well.
"""

from __future__ import annotations

import os

from ..linux.files import is_inside, read_whole
from ..linux.looking import is_there
from ..shown.secrets import refusal
from ..words import say
from .folders import line_of
from .index import knows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..shown.surroundings import Guide
    from .folders import GitFolder, Repository


def outside(found: Repository | None, tree: int, root: str, guide: Guide, hide: list[str]) -> Iterator[GitFolder]:
    """The folder outside the workspace that git must be able to write for it: the one that its worktrees share."""
    if found is None or any(is_inside(path, root) for path in found.paths):
        return
    own, common = found.own, found.common
    folder = common.path.removesuffix("/.git")
    if refusal(folder, guide.home, hide) or refusal(guide.in_the_home(folder), guide.home, hide):
        return
    if _is_registered(own, common, tree) if found.is_linked else _names(own, tree) or knows(own.opened, tree):
        yield common
    else:
        from shlex import quote

        tell = "status" if is_there("index", own.opened) else f"config core.worktree {quote(root)}"
        say(f"git's folder {common.path} does not know {root} and is not shown: git -C {quote(root)} {tell}")


def _is_registered(own: GitFolder, common: GitFolder, tree: int) -> bool:
    """A linked worktree's: OWN is COMMON/worktrees/NAME, and its gitdir names this work tree's .git."""
    folder, _, name = line_of("gitdir", own.opened).rpartition("/")
    return (
        os.path.dirname(own.path) == f"{common.path}/worktrees"
        and name == ".git"
        and _is_same(folder or "/", own.opened, tree)
    )


def _names(own: GitFolder, tree: int) -> bool:
    """A submodule's, and who wants it so: core.worktree names this work tree."""
    for name in ("config", "config.worktree"):
        text = read_whole(name, at=own.opened, follow=False) or b""
        places = [line.partition(b"=")[2].strip() for line in text.splitlines() if line.strip().startswith(b"worktree")]
        if any(_is_same(os.fsdecode(place).strip('"'), own.opened, tree) for place in places):
            return True
    return False


def _is_same(path: str, at: int, tree: int) -> bool:
    try:
        found = os.stat(path, dir_fd=at)
    except (OSError, ValueError):
        return False
    here = os.fstat(tree)
    return (found.st_dev, found.st_ino) == (here.st_dev, here.st_ino)
