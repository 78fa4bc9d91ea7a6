"""git's configuration for a workspace, as git itself says it: where it comes from, and what it runs there."""

from __future__ import annotations

import os

from ..linux.asked import FOLDER, Asked
from ..linux.commands import folders, programs
from ..linux.files import is_inside, leads_to, read_whole
from ..words import Refusal, Remedy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 5.0  # seconds; git answers in milliseconds, but what it reads may be a pipe that a session has made
_WORDS = (
    *("git", "-c", "claude-local.asked=1", "-C", f"/proc/self/fd/{FOLDER}", "config"),
    *("--null", "--show-scope", "--show-origin", "--includes", "--list"),
)
# What runs nothing, whatever it names. Everything else may.
_RUNS_NOTHING = (
    *("branch.", "user.", "author.", "committer.", "url.", "color.", "column.", "include.", "includeif.", "advice."),
    *("commit.template", "core.excludesfile", "core.worktree", "blame.ignorerevsfile", "mailmap.", "safe.", "http."),
)
# Files and folders that the user's own settings name, and git reads.
_NAMES = (
    *("core.excludesfile", "core.attributesfile", "core.hookspath", "commit.template", "init.templatedir"),
    *("blame.ignorerevsfile", "mailmap.file", "gpg.ssh.allowedsignersfile"),
)
_MAY_HOLD_LATER = ("includeif.onbranch:", "includeif.hasconfig:")
_OF_REMOTES = (".url", ".pushurl", ".fetch", ".push")
_MOST_INCLUDES = 50


class Entry:
    """A line of it. `scope`: "system", "global" (the user's own), "local" or "worktree"; `file`: "" for git's own;
    `key`: in small letters."""

    __slots__ = ("file", "key", "scope", "value")

    def __init__(self, scope: str, file: str, key: str, value: str) -> None:
        self.scope = scope
        self.file = file
        self.key = key
        self.value = value


class GitConfig:
    """Asked early, since it takes as long as much of the rest. All paths are where they lead."""

    __slots__ = ("_asked", "_entries", "_home", "_may_be_broken", "_root")

    def __init__(self, opened: int, root: str, home: str, *, may_be_broken: bool = False) -> None:
        """`opened` is the folder `root`. `may_be_broken`: one that git cannot read has nothing in it, as for git."""
        self._may_be_broken = may_be_broken
        self._root = root
        self._home = home
        self._asked = Asked(_WORDS, opened)
        self._entries: list[Entry] | None = None

    def of(self, tree: str) -> GitConfig:
        """The same for another work tree of the repository: what it names by a part of a path lies there."""
        other = GitConfig.__new__(GitConfig)
        other._root, other._home, other._entries = tree, self._home, self._said()
        return other

    def is_on(self, key: str) -> bool:
        """Whether a yes-or-no key, in small letters, says yes."""
        last = [entry.value for entry in self._said() if entry.key == key][-1:]
        return bool(last) and last[0].lower() in ("true", "yes", "on", "1", "")

    def hooks(self) -> list[str]:
        """The folders that core.hooksPath names."""
        named = (entry.value for entry in self._said() if entry.key == "core.hookspath")
        return list(dict.fromkeys(leads_to(self._path(value)) for value in named))

    def origins(self) -> list[str]:
        """The files that it is read from, or would be: an include may hold for another branch only."""
        entries = self._said()
        files = dict.fromkeys(leads_to(entry.file) for entry in entries if entry.file)
        left = [
            self._path(entry.value, os.path.dirname(entry.file)) for entry in entries if _includes_a_file(entry.key)
        ]
        while left and len(files) < _MOST_INCLUDES:
            if (file := leads_to(left.pop())) not in files:
                files[file] = None
                left += [self._path(value, os.path.dirname(file)) for value in _includes(file)]
        return list(files)

    def of_the_user(self, untrusted: tuple[str, ...]) -> list[str]:
        """The files that the user's own settings come from, and what they name; nothing that was named in a folder that
        sessions can write, nor by what was included from there."""
        roots = (
            os.environ.get("GIT_CONFIG_GLOBAL", ""),
            f"{self._home}/.gitconfig",
            f"{_settings(self._home)}/git/config",
        )
        told = {leads_to(root, untrusted) for root in roots if root.startswith("/")}
        files: dict[str, str] = {}
        found: dict[str, None] = {}
        for entry in self._said():  # an include comes before what it includes
            if entry.file not in files:
                files[entry.file] = leads_to(entry.file, untrusted)
            file = files[entry.file]
            if entry.scope != "global" or file not in told or any(is_inside(file, folder) for folder in untrusted):
                continue
            found[entry.file] = None
            if _includes_a_file(entry.key):
                path = self._path(entry.value, os.path.dirname(entry.file))
                told.add(leads_to(path, untrusted))
                if entry.key.startswith(_MAY_HOLD_LATER):
                    found[path] = None
            elif entry.key in _NAMES:
                found[self._path(entry.value)] = None
            elif _may_run(entry):
                command = entry.value.replace("~/", f"{self._home}/")
                found |= {word: None for word in programs(command) if word.startswith("/")}
        return list(found)

    def words(self) -> list[str]:
        """The ends of the paths of all files that it may run, in whatever folder."""
        return list(dict.fromkeys(word for command in self._commands() for word in programs(command)))

    def programs(self) -> list[str]:
        """Those that are there in the work tree; and where they lead."""
        found: dict[str, None] = {}
        for command in self._commands():
            for folder in ("", *folders(command)):
                for word in programs(command):
                    path = os.path.normpath(os.path.join(self._root, folder, word))
                    if is_inside(path, self._root) and os.path.isfile(path):
                        found[path] = None
        return list(dict.fromkeys([*found, *map(leads_to, found)]))

    def _commands(self) -> Iterator[str]:
        yield from (entry.value for entry in self._said() if _may_run(entry))

    def _path(self, written: str, folder: str = "") -> str:
        path = self._home + written[1:] if written.startswith("~/") else written
        return os.path.join(folder or self._root, path)

    def _said(self) -> list[Entry]:
        """Each line. Nothing where there is no git.

        Raises Refusal where git does not answer.
        """
        if self._entries is None:
            said, is_whole = self._asked.answer(_PATIENCE)
            is_read = self._may_be_broken or not self._asked.is_there or b"claude-local.asked" in said
            if not is_whole or not is_read:
                raise Refusal(
                    "git does not say how this workspace is configured",
                    remedy=Remedy("git config --list --show-origin --show-scope"),
                )
            words = [os.fsdecode(word) for word in said.split(b"\0")]
            self._entries = []
            for scope, origin, text in zip(words[::3], words[1::3], words[2::3], strict=False):
                key, _, value = text.partition("\n")
                file = origin.removeprefix("file:") if origin.startswith("file:") else ""
                file = os.path.join(self._root, file) if file else ""
                if scope != "command":  # ours
                    self._entries.append(Entry(scope, file, key.lower(), value))
        return self._entries


def _settings(home: str) -> str:
    return os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"


def _includes_a_file(key: str) -> bool:
    return key == "include.path" or (key.startswith("includeif.") and key.endswith(".path"))


def _may_run(entry: Entry) -> bool:
    """Whether what it names is a command, as far as one can tell."""
    key = entry.key
    of_remote = key.startswith("remote.") and key.endswith(_OF_REMOTES)
    if key.startswith(_RUNS_NOTHING) or key.endswith("file") or of_remote:
        return False
    if key.startswith("alias.") and not entry.value.startswith("!"):
        return False
    return "/" in entry.value or len(entry.value.split()) > 1  # one plain word is looked for on PATH


def _includes(file: str) -> Iterator[str]:
    """The paths that a file of git's config includes, whenever that holds; read as plainly as can be."""
    section = ""
    for line in os.fsdecode(read_whole(file) or b"").splitlines():
        key, found, value = line.strip().partition("=")
        if key.startswith("["):
            section, _, key = key.partition("]")
            section = f"{section}]".lower()
        if found and key.strip().lower() == "path" and section.startswith(("[include]", "[includeif ")):
            yield value.strip().strip('"')
