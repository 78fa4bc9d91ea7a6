"""What a file that a session has left could do outside the jail: by the table, and by what makes a folder git's."""

from __future__ import annotations

import os

from ..linux.files import is_inside, leads_to, read_whole
from . import obeyed
from .looking import is_git_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GIT_RUNS = "git runs it at your next commit"
_GIT_OBEYS = "git obeys it, and it can name programs to run"
_POINTER = "it tells git where to look, and git runs what is configured there"
_OBEYED = ("config", "config.worktree", "commondir")
_KEPT = ("objects", "refs", "logs", "lfs", "annex")  # in a folder of git's: names there are branches' and users'
_POINTS = 8192  # bytes of a file that holds one path
_TODOS = ("git-rebase-todo", "todo")
# What package managers unpack: only what git would obey there is anybody's business.
_UNPACKED = ("node_modules", ".venv")
_HOOK = r"/(pre-[^/]*|post-[^/]*|[^/]*-msg|update|proc-receive|push-to-checkout|reference-transaction)$"
_SCRIPTS = rb'"(pre|post)?(install|prepare|pack|publish)"\s*:'
_COMMIT_HOOKS = rb'"(lint-staged|simple-git-hooks|husky|pre-commit)"\s*:\s*[\[{]'
_EXEC = rb"(?m)^[ \t]*(x|exec)[ \t]"
# Only what a new repository, a remote or a branch writes into a config.
_HARMLESS = (
    rb'(?i)\s*(\[(core|remote "[^"]*"|branch "[^"]*"|user|submodule "[^"]*"|init)\]'
    rb"|(repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|precomposeunicode|worktree"
    rb"|url|fetch|remote|merge|rebase|name|email|active|defaultbranch)\s*=[^!]*)?"
)


def links_of(root: str) -> Iterator[tuple[str, str]]:
    """(where it leads, its name) of each link in the root that the table names: what lies there is obeyed as well."""
    for name in obeyed.heads():
        if os.path.islink(f"{root}/{name}"):
            yield leads_to(f"{root}/{name}"), name


def what_runs(path: str, root: str, hooks: Sequence[str], links: Sequence[tuple[str, str]] = ()) -> str:
    """Who runs or obeys the file; "" if nobody does. `hooks`: the folders that core.hooksPath names."""
    import re

    relative = path[len(root) :] if is_inside(path, root) else path
    if any(is_inside(path, folder) and (folder != root or re.search(_HOOK, relative)) for folder in hooks):
        return "git runs it (core.hooksPath)"
    if os.path.basename(path) == ".git":
        return "" if _is_worktree(path, root) else _POINTER
    if reason := _of_git(path, root):
        return reason
    names = [name + path[len(target) :] for target, name in links if is_inside(path, target)]
    parts = relative.split("/")
    if not any(name in parts for name in (".git", *_UNPACKED)):  # no other program looks there
        if parts[-1] == "package.json":
            return _of_package(path)
        names.append(relative)
    return next(filter(None, map(obeyed.who_obeys, names)), "")


def _of_git(path: str, root: str) -> str:
    """What git makes of a file in a folder of its own; "" for what it only keeps, and for all others' files."""
    folder = _git_folder(path, root)
    inside = path[len(folder) + 1 :] if folder else ""
    parts = inside.split("/")
    if not folder or (parts[0] in _KEPT and not os.path.islink(path)):
        return ""
    if os.path.islink(path) and not is_inside(leads_to(path), leads_to(folder)):
        return f"git writes where it leads: {leads_to(path)}"
    if "hooks" in parts[:-1]:
        return "" if parts[-1].endswith(".sample") else _GIT_RUNS
    if parts[-1] in _OBEYED and not (inside == "commondir" and _is_registration(folder)):
        return "" if parts[-1] == "config" and _is_harmless(path) else _GIT_OBEYS
    if parts[-1] in _TODOS and _has(path, _EXEC):
        return "git runs what it names at your next rebase --continue"
    return ""


def _is_worktree(pointer: str, root: str) -> bool:
    """Whether it is a worktree's which the workspace's own repository knows, as `git worktree add` writes it."""
    line = (read_whole(pointer, largest=_POINTS) or b"").split(b"\n")[0]
    folder = leads_to(os.path.join(os.path.dirname(pointer), os.fsdecode(line.removeprefix(b"gitdir: "))))
    back = (read_whole(f"{folder}/gitdir", largest=_POINTS) or b"").split(b"\n")[0]
    return os.path.dirname(folder) == leads_to(f"{root}/.git/worktrees") and os.fsdecode(back) == pointer


def _is_registration(folder: str) -> bool:
    """Whether it is COMMON/worktrees/NAME, and says so."""
    line = (read_whole(f"{folder}/commondir", largest=_POINTS) or b"").split(b"\n")[0]
    common, _, name = folder.rpartition("/worktrees/")
    return bool(name) and leads_to(f"{folder}/{os.fsdecode(line)}") == leads_to(common)


def _git_folder(path: str, root: str) -> str:
    """The innermost folder of git's that holds the file: a .git, one of its submodules', or one that is built so."""
    outermost = len(root) if is_inside(path, root) else 2
    above = os.path.dirname(path)
    while len(above) >= outermost:
        if os.path.basename(above) == ".git" or is_git_folder(above):
            return above
        above = os.path.dirname(above)
    return ""


def _of_package(path: str) -> str:
    if _has(path, _SCRIPTS):
        return "npm runs its install scripts"
    return _GIT_RUNS if _has(path, _COMMIT_HOOKS) else ""


def _has(path: str, pattern: bytes) -> bool:
    """Also of a file that cannot be read, or is too large."""
    import re

    text = read_whole(path)
    return text is None or bool(re.search(pattern, text))


def _is_harmless(config: str) -> bool:
    import re

    text = read_whole(config)
    return text is not None and all(re.fullmatch(_HARMLESS, line) for line in text.split(b"\n"))
