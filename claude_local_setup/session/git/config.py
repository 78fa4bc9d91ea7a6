"""git's configuration for a workspace, as git itself says it: where it comes from, and what it runs there."""

from __future__ import annotations

import os

from ..linux.asked import FOLDER, Asked
from ..linux.files import is_inside, leads_to
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
_OF_REMOTES = (".url", ".pushurl", ".fetch", ".push", ".merge", ".branch")
_BETWEEN = dict.fromkeys(map(ord, "\n\t;&|<>()$`'\"{}=!"), " ")  # what stands between words in a command


class GitConfig:
    """Asked early, since it takes as long as much of the rest. All paths are where they lead."""

    __slots__ = ("_asked", "_entries", "_home", "_root")

    def __init__(self, opened: int, root: str, home: str) -> None:
        """`opened` is the folder `root`."""
        self._root = root
        self._home = home
        self._asked = Asked(_WORDS, opened)
        self._entries: list[tuple[str, str, str]] | None = None

    def hooks(self) -> list[str]:
        """The folders that core.hooksPath names."""
        named = (value for _, key, value in self._said() if key == "core.hookspath")
        return list(dict.fromkeys(leads_to(self._path(value)) for value in named))

    def origins(self) -> list[str]:
        """The files that it is read from, or would be: an include may hold for another branch only."""
        entries = self._said()
        files = [origin for origin, *_ in entries if origin]
        for origin, key, value in entries:
            if key == "include.path" or (key.startswith("includeif.") and key.endswith(".path")):
                files.append(self._path(value, os.path.dirname(origin)))
        return list(dict.fromkeys(map(leads_to, files)))

    def programs(self) -> list[str]:
        """The paths in the workspace that a command in it may name, whether there is something or not; and where they
        lead."""
        found: dict[str, None] = {}
        for _, key, value in self._said():
            if not key.startswith(_RUNS_NOTHING) and not key.endswith(_OF_REMOTES):
                found |= dict.fromkeys(self._named(key, value))
        return list(dict.fromkeys([*found, *map(leads_to, found)]))

    def _named(self, key: str, value: str) -> Iterator[str]:
        words = value.translate(_BETWEEN).split()
        is_command = not key.startswith("alias.") or value.startswith("!")
        for word in words if len(words) > 1 or "/" in value else ():  # one plain word is looked for on PATH
            path = os.path.normpath(self._path(word))
            is_path = "/" in word or (is_command and ("." in word or os.path.isfile(path)))
            if is_path and is_inside(path, self._root) and not os.path.isdir(path):
                yield path

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
