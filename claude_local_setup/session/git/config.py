"""git's configuration for a workspace, as git itself says it: where it comes from, and what it runs there."""

from __future__ import annotations

import os

from ..linux.asked import FOLDER, Asked
from ..linux.commands import folders, programs
from ..linux.files import is_inside, leads_to, read_whole
from ..words import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 5.0  # seconds; git answers in milliseconds, but what it reads may be a pipe that a session has made
_WORDS = ("git", "-C", f"/proc/self/fd/{FOLDER}", "config", "--null", "--show-origin", "--includes", "--list")
# What runs nothing, whatever it names. Everything else may.
_RUNS_NOTHING = (
    *("branch.", "user.", "author.", "committer.", "url.", "color.", "column.", "include.", "includeif.", "advice."),
    *("commit.template", "core.excludesfile", "core.worktree", "blame.ignorerevsfile", "mailmap.", "safe.", "http."),
)
_OF_REMOTES = (".url", ".pushurl", ".fetch", ".push")
_MOST_INCLUDES = 50


class GitConfig:
    """Asked early, since it takes as long as much of the rest. All paths are where they lead."""

    __slots__ = ("_asked", "_entries", "_home", "_root")

    def __init__(self, opened: int, root: str, home: str) -> None:
        """`opened` is the folder `root`."""
        self._root = root
        self._home = home
        self._asked = Asked(_WORDS, opened)
        self._entries: list[tuple[str, str, str]] | None = None

    def of(self, tree: str) -> GitConfig:
        """The same for another work tree of the repository: what it names by a part of a path lies there."""
        other = GitConfig.__new__(GitConfig)
        other._root, other._home, other._entries = tree, self._home, self._said()
        return other

    def is_on(self, key: str) -> bool:
        """Whether a yes-or-no key, in small letters, says yes."""
        last = [value for _, name, value in self._said() if name == key][-1:]
        return bool(last) and last[0].lower() in ("true", "yes", "on", "1", "")

    def hooks(self) -> list[str]:
        """The folders that core.hooksPath names."""
        named = (value for _, key, value in self._said() if key == "core.hookspath")
        return list(dict.fromkeys(leads_to(self._path(value)) for value in named))

    def origins(self) -> list[str]:
        """The files that it is read from, or would be: an include may hold for another branch only."""
        entries = self._said()
        files = dict.fromkeys(leads_to(origin) for origin, *_ in entries if origin)
        left = [
            self._path(value, os.path.dirname(origin))
            for origin, key, value in entries
            if key == "include.path" or (key.startswith("includeif.") and key.endswith(".path"))
        ]
        while left and len(files) < _MOST_INCLUDES:
            if (file := leads_to(left.pop())) not in files:
                files[file] = None
                left += [self._path(value, os.path.dirname(file)) for value in _includes(file)]
        return list(files)

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
        for _, key, value in self._said():
            of_remote = key.startswith("remote.") and key.endswith(_OF_REMOTES)
            if key.startswith(_RUNS_NOTHING) or key.endswith("file") or of_remote:
                continue
            if key.startswith("alias.") and not value.startswith("!"):
                continue
            if "/" in value or len(value.split()) > 1:  # one plain word is looked for on PATH
                yield value

    def _path(self, written: str, folder: str = "") -> str:
        path = self._home + written[1:] if written.startswith("~/") else written
        return os.path.join(folder or self._root, path)

    def _said(self) -> list[tuple[str, str, str]]:
        """(file, key in small letters, value) of each line. Nothing where there is no git.

        Raises Refusal where git does not answer.
        """
        if self._entries is None:
            said, is_whole = self._asked.answer(_PATIENCE)
            if not is_whole:
                raise Refusal(
                    "git does not say how this workspace is configured", remedy="git config --list --show-origin"
                )
            words = [os.fsdecode(word) for word in said.split(b"\0")]
            self._entries = []
            for origin, text in zip(words[::2], words[1::2], strict=False):
                key, _, value = text.partition("\n")
                file = origin.removeprefix("file:") if origin.startswith("file:") else ""
                self._entries.append((os.path.join(self._root, file) if file else "", key.lower(), value))
        return self._entries


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
