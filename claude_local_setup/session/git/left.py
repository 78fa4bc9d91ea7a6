"""What git would make of files in its own folders: what it runs, obeys, or writes through."""

from __future__ import annotations

import os

from ..linux.files import is_inside, leads_to, read_whole
from .folders import SHARED, is_git_folder, line_of
from .index import leads_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = "git runs it at your next commit"
OBEYS = "git obeys it, and it can name programs to run"
_LOOKS = "it tells git where to look, and git runs what is configured there"
LEADS = "git writes where it leads"
_CONTINUES = "git runs what it names at your next rebase --continue"
_REMOVES = "git worktree writes and removes what it names"
_WRITES = "git writes what it names outside the work tree at your next checkout"
_READS = "git reads what it names at your next commit"
_ANOTHERS = "git takes it for something under way in another worktree"
_OTHERS_OBJECTS = "git reads others' objects where it leads"
_AS_BEFORE = ("HEAD", "index", "COMMIT_EDITMSG", "ORIG_HEAD", "FETCH_HEAD")  # what each worktree has all the time
_KEPT = ("objects", "refs", "logs", "lfs", "annex")  # in a folder of git's: names there are branches' and users'
_CONFIGS = ("config", "config.worktree")
_ALTERNATES = ["objects", "info", "alternates"]
_OF_STRATEGIES = (["rebase-merge", "strategy"], ["sequencer", "opts"])  # git runs git-merge-STRATEGY
_TODOS = ("git-rebase-todo", "todo")
_EXEC = rb"(?m)^[ \t]*(x|exec)([ \t\r]|$)"
# Only what a new repository, a clone, a branch or a sparse work tree writes into a config.
_SECTION = rb'(?i)\[(core|extensions|remote "[^"]*"|branch "[^"]*"|user|submodule "[^"]*"|init|pull|push)\]'
_KEYS = frozenset(
    b"repositoryformatversion filemode bare logallrefupdates symlinks ignorecase precomposeunicode objectformat"
    b" refstorage worktreeconfig partialclone promisor partialclonefilter sparsecheckout sparsecheckoutcone autocrlf"
    b" eol fetch tagopt prune remote merge rebase name email active branch ignore defaultbranch ff default"
    b" autosetupremote"
    b" vscode-merge-base url pushurl worktree".split()
)
_OF_ADDRESSES = (b"url", b"pushurl", b"worktree")  # whose values are looked at as well
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
    """What it makes of a file in the workspace, or in what it keeps of that elsewhere, that a session has changed; ""
    for what it only stores.

    `own`: the repository's folder, wherever it lies; of a linked worktree the one that all share.
    """
    return _of_any(path, root, own) or (_ANOTHERS if _is_of_main(path, root, own) else "")


def _of_any(path: str, root: str, own: str) -> str:
    if os.path.basename(path) == ".git":
        return "" if _is_known(path, own) else _LOOKS
    folder = folder_of(path, root)
    return _in_folder(path, folder, root) if folder else ""


def _is_of_main(path: str, root: str, own: str) -> bool:
    """Whether it is the main worktree's, and the workspace a linked one; but for what each has all the time."""
    name = path[len(own) + 1 :].partition("/")[0]
    if not own or not is_inside(path, own) or name in SHARED or name in _AS_BEFORE:
        return False
    line = line_of(f"{root}/.git").removeprefix("gitdir: ")
    return is_inside(leads_to(os.path.join(root, line)), f"{own}/worktrees")


def _in_folder(path: str, folder: str, root: str) -> str:
    parts = path[len(folder) + 1 :].split("/")
    if os.path.islink(path):
        return f"{LEADS}: {leads_to(path) or 'in a circle'}"
    if parts[0] in _KEPT:
        return _OTHERS_OBJECTS if parts == _ALTERNATES and _reads_others(path, folder, root) else ""
    if "hooks" in parts[:-1]:
        return "" if parts[-1].endswith(".sample") else RUNS
    if parts[-1] in _CONFIGS:
        return "" if is_harmless(path, root) else OBEYS
    if parts[-1] == "commondir":
        return "" if len(parts) == 1 and _is_registration(folder) else OBEYS
    if parts[-1] == "gitdir" and len(parts) == 1 and not is_inside(leads_to(os.path.join(folder, line_of(path))), root):
        return _REMOVES
    if parts[-1] == "index" or parts[-1].startswith("sharedindex."):
        return _WRITES if leads_out(path) else ""
    if parts[-1] == "MERGE_RR" and _conflicts_out(path):
        return _READS
    if parts[-1] in _TODOS and _has(path, _EXEC):
        return _CONTINUES
    return _CONTINUES if parts[-2:] in _OF_STRATEGIES and _has_strategies(path) else ""


def in_folder(folder: str, root: str, own: str) -> Iterator[tuple[str, str]]:
    """(path, what git does) of all in one of its folders that is more than stored."""
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(f"{place}/{name}")]
        for name in (*names, *links):
            if reason := _of_any(f"{place}/{name}", root, own):
                yield f"{place}/{name}", reason
        if place == f"{folder}/objects":
            folders[:] = ["info"] if "info" in folders else []


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
    """The work trees that it names, where they lead."""
    pairs = (line.partition(b"=") for line in (read_whole(config) or b"").split(b"\n"))
    named = (value.strip().strip(b'"') for key, _, value in pairs if key.strip().lower() == b"worktree")
    return [leads_to(os.path.join(os.path.dirname(config), os.fsdecode(tree))) for tree in named]


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


def _conflicts_out(path: str) -> bool:
    """Whether a list of conflicts (HASH, tab, path, each ended by a zero) has one outside the work tree."""
    text = read_whole(path)
    named = [entry.partition(b"\t")[2] for entry in (text or b"\t/").split(b"\0")]
    return any(name.startswith(b"/") or b".." in name.split(b"/") for name in named)


def _reads_others(path: str, folder: str, root: str) -> bool:
    """Whether it names a folder of objects elsewhere; one beside its own is the same repository's."""
    text = read_whole(path)
    named = (os.fsdecode(line) for line in (text or b"/").split(b"\n") if line and not line.startswith(b"#"))
    places = [leads_to(os.path.join(folder, "objects", name)) for name in named]
    return not all(is_inside(place, root) or is_inside(place, leads_to(folder)) for place in places)


def _has_strategies(path: str) -> bool:
    """Whether it names one that is not git's own."""
    import re

    text = read_whole(path)
    if text is None:
        return True
    named = [text] if path.endswith("/strategy") else re.findall(rb"(?i)strategy\s*=([^\n]*)", text)
    return any(name.strip(b' \t\r\n"') not in _STRATEGIES for name in named)


def is_harmless(config: str, root: str) -> bool:
    """Whether a config says only what git itself writes; a work tree only as a submodule's, in the workspace."""
    text = read_whole(config)
    if text is None or not all(map(_is_harmless_line, text.split(b"\n"))):
        return False
    trees = _trees(config)
    return not trees or (
        "/modules/" in config
        and all(is_inside(tree, root) and ".git" not in tree[len(root) :].split("/") for tree in trees)
    )


def _is_harmless_line(line: bytes) -> bool:
    import re

    line = line.strip()
    if not line or line.startswith((b"#", b";")):
        return True
    if line.startswith(b"["):
        return re.fullmatch(_SECTION, line) is not None
    key, found, value = line.partition(b"=")
    key, value = key.strip().lower(), value.strip()
    if not found or key not in _KEYS or b"!" in value or b"\\" in value:
        return False
    if key not in _OF_ADDRESSES:
        return True
    value = value[1:-1] if value[:1] == value[-1:] == b'"' else value
    is_plain = not any(part in value for part in (b'"', b";", b"#"))
    return is_plain and not value.startswith(b"-") and (key == b"worktree" or b"::" not in value)
