"""What git would make of files in its own folders: what it runs, obeys, or writes through."""

from __future__ import annotations

import os

from ..linux.files import is_inside, leads_to, read_whole
from .folders import is_git_folder, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = "git runs it at your next commit"
OBEYS = "git obeys it, and it can name programs to run"
_LOOKS = "it tells git where to look, and git runs what is configured there"
LEADS = "git writes where it leads"
_CONTINUES = "git runs what it names at your next rebase --continue"
_KEPT = ("objects", "refs", "logs", "lfs", "annex")  # in a folder of git's: names there are branches' and users'
_CONFIGS = ("config", "config.worktree")
_OF_STRATEGIES = (["rebase-merge", "strategy"], ["sequencer", "opts"])  # git runs git-merge-STRATEGY
_TODOS = ("git-rebase-todo", "todo")
_EXEC = rb"(?m)^[ \t]*(x|exec)([ \t\r]|$)"
# Only what a new repository, a remote, a branch or a sparse work tree writes into a config.
_HARMLESS = (
    rb'(?i)\s*(\[(core|extensions|remote "[^"]*"|branch "[^"]*"|user|submodule "[^"]*"|init|pull|push)\]'
    rb"|(repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|precomposeunicode|objectformat"
    rb"|refstorage|worktreeconfig|partialclone|promisor|partialclonefilter|sparsecheckout|sparsecheckoutcone|autocrlf|eol"
    rb"|fetch|tagopt|prune|merge|rebase|name|email|active|branch|ignore|defaultbranch|ff|default|autosetupremote"
    rb"|vscode-merge-base)\s*=[^!]*"
    rb'|(url|pushurl)\s*=\s*(?!-)([^:!"\\]|:(?!:))*'
    rb'|worktree\s*=\s*("[^"\\]*"|[^"\\;#]*)|[#;][^\r]*)?'
)
_STRATEGIES = (b"ort", b"recursive", b"resolve", b"octopus", b"ours", b"subtree")


def folder_of(path: str, root: str) -> str:
    """The innermost folder of git's that holds the file: a .git, one of its submodules', or one that is built so."""
    outermost = len(root) if is_inside(path, root) else 2
    above = os.path.dirname(path)
    while len(above) >= outermost:
        if os.path.basename(above) == ".git" or is_git_folder(above):
            return above
        above = os.path.dirname(above)
    return ""


def what_git_does(path: str, root: str, own: str) -> str:
    """What it makes of a file in the workspace, or in what it keeps of that elsewhere; "" for what it only stores.

    `own`: the repository's folder, wherever it lies.
    """
    if os.path.basename(path) == ".git":
        return "" if _is_known(path, own) else _LOOKS
    folder = folder_of(path, root)
    return _in_folder(path, folder, root) if folder else ""


def _in_folder(path: str, folder: str, root: str) -> str:
    parts = path[len(folder) + 1 :].split("/")
    if os.path.islink(path):
        return f"{LEADS}: {leads_to(path) or 'in a circle'}"
    if parts[0] in _KEPT:
        return ""
    if "hooks" in parts[:-1]:
        return "" if parts[-1].endswith(".sample") else RUNS
    if parts[-1] in _CONFIGS:
        return "" if is_harmless(path, root) else OBEYS
    if parts[-1] == "commondir":
        return "" if len(parts) == 1 and _is_registration(folder) else OBEYS
    if parts[-1] in _TODOS and _has(path, _EXEC):
        return _CONTINUES
    return _CONTINUES if parts[-2:] in _OF_STRATEGIES and _has_strategies(path) else ""


def in_folder(folder: str, root: str, own: str) -> Iterator[tuple[str, str]]:
    """(path, what git does) of all in one of its folders that is more than stored."""
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(f"{place}/{name}")]
        for name in (*names, *links):
            if reason := what_git_does(f"{place}/{name}", root, own):
                yield f"{place}/{name}", reason
        folders[:] = [name for name in folders if (place, name) != (folder, "objects")]


def _is_known(pointer: str, own: str) -> bool:
    """Whether it leads to a worktree's or a submodule's folder in a repository that knows it: what is new in that is
    named by itself. `own`: the workspace's."""
    line = line_of(pointer).removeprefix("gitdir: ")
    folder = leads_to(os.path.join(os.path.dirname(pointer), line)) if line else ""
    top, found, _ = folder.rpartition("/.git/")
    repository = own if is_inside(folder, own) else f"{top}/.git" if found else ""
    if not repository or not any(is_inside(folder, f"{repository}/{kind}") for kind in ("worktrees", "modules")):
        return False
    if os.path.isfile(f"{folder}/commondir"):
        return leads_to(os.path.join(folder, line_of(f"{folder}/gitdir"))) == pointer and _is_registration(folder)
    return os.path.dirname(pointer) in [*_trees(f"{folder}/config"), *_trees(f"{folder}/config.worktree")]


def _trees(config: str) -> list[str]:
    import re

    found = re.findall(rb'(?mi)^\s*worktree\s*=\s*"?([^"\n]*)', read_whole(config) or b"")
    return [leads_to(os.path.join(os.path.dirname(config), os.fsdecode(tree.strip()))) for tree in found]


def _is_registration(folder: str) -> bool:
    """Whether it is COMMON/worktrees/NAME, and says so."""
    common, _, name = folder.rpartition("/worktrees/")
    is_one = bool(name) and "/" not in name and is_git_folder(common)
    return is_one and leads_to(f"{folder}/{line_of(f'{folder}/commondir')}") == leads_to(common)


def _has(path: str, pattern: bytes) -> bool:
    """Also of a file that cannot be read, or is too large."""
    import re

    text = read_whole(path)
    return text is None or bool(re.search(pattern, text))


def _has_strategies(path: str) -> bool:
    """Whether it names one that is not git's own."""
    import re

    text = read_whole(path)
    if text is None:
        return True
    named = [text] if path.endswith("/strategy") else re.findall(rb"strategy\s*=([^\n]*)", text)
    return any(name.strip(b' \t\r\n"') not in _STRATEGIES for name in named)


def is_harmless(config: str, root: str) -> bool:
    """Whether a config says only what git itself writes, and no work tree outside the workspace."""
    import re

    text = read_whole(config)
    if text is None or any(not re.fullmatch(_HARMLESS, line) for line in text.split(b"\n")):
        return False
    return all(is_inside(tree, root) for tree in _trees(config))
