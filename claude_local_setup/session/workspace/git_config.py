"""git's configuration for a workspace, as git itself says it: where it comes from, and where it looks for hooks."""

from __future__ import annotations

import os

from ..linux.asked import FOLDER, Asked
from ..linux.files import leads_to
from ..words import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .place import Workspace

_PATIENCE = 5.0  # seconds; git answers in milliseconds, but what it reads may be a pipe that a session has made
_WORDS = ("git", "-C", f"/proc/self/fd/{FOLDER}", "config", "--null", "--show-origin", "--includes", "--list")


class GitConfig:
    """Asked early, since it takes as long as much of the rest."""

    __slots__ = ("_asked", "_home", "_root")

    def __init__(self, workspace: Workspace, home: str) -> None:
        self._root = workspace.root
        self._home = home
        self._asked = Asked(_WORDS, workspace.opened)

    def answer(self) -> tuple[list[str], list[str]]:
        """(folders of hooks, files that it is read from), where they lead. Nothing where there is no git."""
        said, is_whole = self._asked.answer(_PATIENCE)
        if not is_whole:
            raise Refusal("git does not say how this workspace is configured", remedy="git config --list --show-origin")
        words = said.split(b"\0")
        entries = list(zip(words[::2], words[1::2], strict=False))
        named = [value.partition(b"\n")[2] for _, value in entries if value.lower().startswith(b"core.hookspath\n")]
        origins = [origin[5:] for origin, _ in entries if origin.startswith(b"file:")]
        return [self._led(path) for path in dict.fromkeys(named)], [self._led(path) for path in dict.fromkeys(origins)]

    def _led(self, written: bytes) -> str:
        path = os.fsdecode(written)
        path = self._home + path[1:] if path.startswith("~/") else path
        return leads_to(os.path.join(self._root, path))
