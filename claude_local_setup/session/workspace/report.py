"""After the session: files in the workspace that it has created or changed and that would run outside the jail.

What was there before is read-only; what was not there cannot be mounted over, so it is named here.
"""

from __future__ import annotations

import os
import re
import subprocess

from ..linux.files import is_inside, read_whole
from ..words import printable
from . import obeyed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST = 20
_PATIENCE = 20  # seconds
_PRUNED = r"( -name node_modules -o -name objects -path */.git/* -o -name .venv ) -prune -o ( -type f -o -type l )"

_GIT_RUNS = "git runs it at your next commit"
_GIT_OBEYS = "git obeys it, and it can name programs to run"
# (pattern of the path in the workspace, what it could do), in git's own folders; the first that fits
_OF_GIT = (
    (r"/\.git/(modules/.*/)?hooks/.*\.sample$", ""),
    (r"/\.git/(modules/.*/)?hooks/", _GIT_RUNS),
    (r"/\.git/commondir$|/\.git/worktrees/.*/config\.worktree$", _GIT_OBEYS),
    (r"/\.git/config(\.worktree)?$|/\.git/modules/.*/config$", _GIT_OBEYS),
    (r"/\.git$", "it tells git where to look, and git runs what is configured there"),
)
_HOOK = re.compile(r"/(pre-[^/]*|post-[^/]*|[^/]*-msg|update|proc-receive|push-to-checkout|reference-transaction)$")
_SCRIPTS = re.compile(rb'"(pre|post)?(install|prepare|pack|publish)"\s*:')
_COMMIT_HOOKS = re.compile(rb'"(lint-staged|simple-git-hooks|husky|pre-commit)"\s*:\s*[\[{]')
# Only what a new repository, a remote or a branch writes into a config.
_HARMLESS = re.compile(
    rb'\s*(\[(core|remote "[^"]*"|branch "[^"]*"|user|submodule "[^"]*"|init)\]'
    rb"|(repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|precomposeunicode|worktree"
    rb"|url|fetch|remote|merge|rebase|name|email|active|defaultbranch)\s*=[^!]*)?",
    re.IGNORECASE,
)


def planted(root: str, git: Sequence[str], hooks: Sequence[str], since: int) -> None:
    """Says what there is of it since that second, in the workspace and in `git`, what git keeps of it elsewhere."""
    shown = 0
    lines = []
    for path in _changed(root, git, since):
        reason = what_runs(path, root, hooks)
        if reason:
            shown += 1
            lines.append(f"  {printable(path.removeprefix(root + '/'))}: {reason}\n")
    if lines:
        more = f"  and {shown - _MOST} more\n" if shown > _MOST else ""
        head = "claude-local: this session made or changed files that run outside the jail; look at them first:\n"
        os.write(2, (head + "".join(lines[:_MOST]) + more).encode("utf-8", "replace"))


def _changed(root: str, more: Sequence[str], since: int) -> Iterator[str]:
    """By the inode's own time, which nobody can set."""
    words = ["find", root, *more, "-xdev", *_PRUNED.split(" "), "-newerct", f"@{since}", "-print0"]
    try:
        done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=_PATIENCE)
        found = done.stdout
    except subprocess.TimeoutExpired as late:
        found = (late.stdout or b"") + b"\0"
        yield f"{root}/.git/hooks/(not all was looked through, it took too long)"
    yield from (os.fsdecode(path) for path in found.split(b"\0") if path)


def what_runs(path: str, root: str, hooks: Sequence[str]) -> str:
    """What the file could do; "" if nothing."""
    relative = path[len(root) :] if is_inside(path, root) else path
    if any(is_inside(path, folder) and (folder != root or _HOOK.search(relative)) for folder in hooks):
        return "git runs it (core.hooksPath)"
    if os.path.basename(relative) == "package.json":
        return _of_package(path)
    reason = next((reason for pattern, reason in _OF_GIT if re.search(pattern, relative, re.DOTALL)), None)
    if reason == _GIT_OBEYS and not relative.endswith(("commondir", "config.worktree")) and _is_harmless(path):
        return ""
    return obeyed.who_obeys(relative) if reason is None else reason


def _of_package(path: str) -> str:
    text = read_whole(path)
    if text is None or _SCRIPTS.search(text):
        return "npm runs its install scripts"
    return _GIT_RUNS if _COMMIT_HOOKS.search(text) else ""


def _is_harmless(config: str) -> bool:
    text = read_whole(config)
    return text is not None and all(_HARMLESS.fullmatch(line) for line in text.split(b"\n"))
