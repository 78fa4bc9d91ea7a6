"""What git would make of files in its own folders: what it runs, obeys, or writes through."""

from __future__ import annotations

import os

from ..linux.files import is_inside, leads_to, read_whole, walk
from . import files
from .folders import SHARED, is_git_folder, line_of
from .index import leads_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = "git runs it at your next commit"
OBEYS = "git obeys it, and it can name programs to run"
LEADS = "git writes where it leads"
_LOOKS = "it tells git where to look, and git runs what is configured there"
_REMOVES = "git worktree writes and removes what it names"
_WRITES = "git writes what it names outside the work tree at your next checkout"
_ANOTHERS = "git takes it for something under way in another worktree"
_OTHERS_OBJECTS = "git reads others' objects where it leads"
_AS_BEFORE = ("HEAD", "index", "COMMIT_EDITMSG", "ORIG_HEAD", "FETCH_HEAD")  # what each worktree has all the time
_STORED = ("objects", "refs", "logs", "lfs", "annex")  # names there are branches' and users'
_INNER = ("modules", "worktrees")  # folders of git's lie there
_CONFIGS = ("config", "config.worktree")
_ALTERNATES = ["objects", "info", "alternates"]
_TEMPORARY = ("/tmp/", "/var/tmp/")  # a session's own, and gone
# Only what a new repository, a clone, a branch or a sparse work tree writes into a config.
_SECTION = rb'(?i)\[(core|extensions|remote "[\w.][\w./-]*"|branch "[^"]*"|user|submodule( "[^"]*")?|init|pull|push)\]'
_KEYS = frozenset(
    b"repositoryformatversion filemode bare logallrefupdates symlinks ignorecase precomposeunicode objectformat"
    b" refstorage worktreeconfig partialclone promisor partialclonefilter sparsecheckout sparsecheckoutcone autocrlf"
    b" eol fetch tagopt prune remote merge rebase name email active branch ignore defaultbranch ff default"
    b" autosetupremote"
    b" vscode-merge-base url pushurl worktree".split()
)
_OF_ADDRESSES = (b"url", b"pushurl", b"worktree")  # whose values are looked at as well
_BARE_WORDS = (b"objectformat",)
_NAMES = (b"remote", b"partialclone")  # of remotes; a remote may be an address as well


class Left:
    """What git makes of files, in one workspace. `own`: the repository's folder, wherever it lies; of a linked worktree
    the one that all share. Each folder is looked at once."""

    __slots__ = ("_around", "own", "root")

    def __init__(self, root: str, own: str) -> None:
        self.root = root
        self.own = own
        self._around: dict[str, tuple[str, ...]] = {}

    def what_git_does(self, path: str) -> str:
        """What it makes of a file in the workspace, or in what it keeps of that elsewhere, that a session has changed;
        "" for what it only stores."""
        return self._of_any(path) or (_ANOTHERS if self._is_of_main(path) else "")

    def around(self, folder: str) -> tuple[str, ...]:
        """git's folders that a folder lies in, itself too, the innermost first: a .git, or what is built so. One may
        lie in another's hooks."""
        outermost = len(self.root) if is_inside(folder, self.root) else 2
        left = [folder]
        while left[-1] not in self._around and len(above := os.path.dirname(left[-1])) >= outermost:
            left.append(above)
        found = self._around.get(left[-1], ())
        for place in reversed(left):
            if place not in self._around:
                is_one = os.path.basename(place) == ".git" or is_git_folder(place)
                self._around[place] = (place, *found) if is_one else found
            found = self._around[place]
        return found

    def _of_any(self, path: str) -> str:
        if os.path.basename(path) == ".git":
            return "" if _is_known(path, self.own) else _LOOKS
        inner = ""
        for folder in self.around(os.path.dirname(path)):
            parts = path[len(folder) + 1 :].split("/")
            is_git = os.path.basename(folder) == ".git"
            if (is_git or parts[0] in files.OWN) and not _is_its_own(inner[len(folder) + 1 :]):
                if reason := _in_folder(path, parts, folder, self.root):
                    return reason
                if (is_git or not inner) and (reason := files.odd(parts, path, self._tree(folder))):
                    return reason
            inner = folder
        return ""

    def _tree(self, folder: str) -> str:
        line = line_of(f"{folder}/gitdir")
        return os.path.dirname(os.path.join(folder, line)) if line else os.path.dirname(folder)

    def _is_of_main(self, path: str) -> bool:
        """Whether it is the main worktree's, and the workspace a linked one; but for what each has all the time."""
        name = path[len(self.own) + 1 :].partition("/")[0]
        if not self.own or not is_inside(path, self.own) or name in SHARED or name in _AS_BEFORE:
            return False
        line = line_of(f"{self.root}/.git").removeprefix("gitdir: ")
        return is_inside(leads_to(os.path.join(self.root, line)), f"{self.own}/worktrees")

    def in_folder(self, folder: str) -> Iterator[tuple[str, str]]:
        """(path, what git does) of all in one of its folders that is more than stored."""
        for place, folders, names in walk(folder):
            links = [name for name in folders if os.path.islink(f"{place}/{name}")]
            for name in (*names, *links):
                if reason := self._of_any(f"{place}/{name}"):
                    yield f"{place}/{name}", reason
            if place == f"{folder}/objects":
                folders[:] = ["info"] if "info" in folders else []


def _is_its_own(relative: str) -> bool:
    """Whether a folder of git's in another is a submodule's or a worktree's: its files are judged in it alone."""
    top, *rest = relative.split("/")
    return top in _INNER and files.OWN.isdisjoint(rest)


def _in_folder(path: str, parts: list[str], folder: str, root: str) -> str:
    if parts[0] == "hooks" and len(parts) > 1:
        return "" if parts[-1].endswith(".sample") else RUNS
    if os.path.islink(path):
        return f"{LEADS}: {leads_to(path) or 'in a circle'}"
    if parts[0] in _STORED:
        return _OTHERS_OBJECTS if parts == _ALTERNATES and _reads_others(path, folder, root) else ""
    if parts[0] in _INNER and "hooks" in parts[:-1]:
        return "" if parts[-1].endswith(".sample") else RUNS
    if parts[-1] in _CONFIGS:
        return "" if is_harmless(path, root) else OBEYS
    if parts[-1] == "commondir":
        return "" if len(parts) == 1 and _is_registration(folder) else OBEYS
    if parts == ["gitdir"]:
        return _REMOVES if names_elsewhere(path, root) else ""
    if parts[-1] == "index" or parts[-1].startswith("sharedindex."):
        return _WRITES if leads_out(path) else ""
    return ""


def names_elsewhere(gitdir: str, root: str) -> bool:
    """Whether a registration is of a worktree outside the workspace; but for one that was in a session's /tmp."""
    line = line_of(gitdir)
    tree = leads_to(os.path.join(os.path.dirname(gitdir), line))
    return not is_inside(tree, root) and (not tree.startswith(_TEMPORARY) or os.path.lexists(tree))


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


def _reads_others(path: str, folder: str, root: str) -> bool:
    """Whether it names a folder of objects elsewhere; one beside its own is the same repository's."""
    text = read_whole(path)
    named = (os.fsdecode(line) for line in (text or b"/").split(b"\n") if line and not line.startswith(b"#"))
    places = [leads_to(os.path.join(folder, "objects", name)) for name in named]
    return not all(is_inside(place, root) or is_inside(place, leads_to(folder)) for place in places)


def is_harmless(config: str, root: str) -> bool:
    """Whether a config says only what git itself writes; a work tree only as a submodule's, in the workspace."""
    text = read_whole(config)
    if text is None or not all(_is_harmless_line(line, os.path.dirname(config), root) for line in text.split(b"\n")):
        return False
    trees = _trees(config)
    return not trees or (
        len(trees) == 1
        and "/modules/" in config
        and all(is_inside(tree, root) and ".git" not in tree[len(root) :].split("/") for tree in trees)
    )


def _is_harmless_line(line: bytes, folder: str, root: str) -> bool:
    import re

    line = line.strip()
    if not line or line.startswith((b"#", b";")):
        return True
    if line.startswith(b"["):
        return re.fullmatch(_SECTION, line) is not None
    key, found, value = line.partition(b"=")
    key, value = key.strip().lower(), value.strip()
    if not found or key not in _KEYS or b"!" in value:
        return False
    if key in _NAMES and re.fullmatch(rb"\w[\w./-]*|\.", value):
        return not os.path.isdir(os.path.join(os.path.dirname(folder), os.fsdecode(value))) or value == b"."
    if key in _OF_ADDRESSES or key in _NAMES:
        return _is_harmless_address(key, _unquoted(value), folder, root)
    return b"\\" not in value and (key not in _BARE_WORDS or value.isalnum())


def _is_harmless_address(key: bytes, value: bytes, folder: str, root: str) -> bool:
    """No command, no other transport, and no repository on this machine outside the workspace."""
    if not value or value.startswith(b"-"):
        return False
    if key == b"worktree":
        return True
    is_path = value.startswith((b"/", b".", b"~")) or b":" not in value or b"/" in value.partition(b":")[0]
    if is_path or value[:5].lower() == b"file:":
        return is_path and is_inside(leads_to(os.path.join(os.path.dirname(folder), os.fsdecode(value))), root)
    return b"::" not in value


def _unquoted(value: bytes) -> bytes:
    """A value of git's config as git takes it; b"" for one that is more than a plain one, or one in quotes."""
    is_quoted = len(value) > 1 and value[:1] == value[-1:] == b'"'
    parts = (value[1:-1] if is_quoted else value).split(b"\\\\")
    for escaped, meant in ((b'\\"', b"\1"), (b"\\n", b"\n"), (b"\\t", b"\t"), (b"\\b", b"\b")):
        parts = [part.replace(escaped, meant) for part in parts]
    if any(mark in part for part in parts for mark in ((b'"', b"\\") if is_quoted else (b'"', b"\\", b";", b"#"))):
        return b""
    return b"\\".join(parts).replace(b"\1", b'"')
