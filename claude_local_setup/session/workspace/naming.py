"""What is obeyed unasked and names files of the workspace: a hook's script, a server's program, what .envrc sources."""

from __future__ import annotations

import os

from ..git.config import words_of
from ..linux.files import read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FILES = (
    *(".claude/settings.json", ".claude/settings.local.json", ".mcp.json", ".vscode/mcp.json", ".cursor/mcp.json"),
    *(".cursor/hooks.json", ".gemini/settings.json", ".codex/config.toml", "opencode.json", ".envrc", ".autoenv"),
    *(".pre-commit-config.yaml", "lefthook.yml", ".lefthook.yml", "lefthook.yaml", ".devcontainer/devcontainer.json"),
)
_FOLDERS = (".husky", ".githooks", ".git-hooks")
_MOST, _LARGEST = 100, 64_000  # files; bytes
_SOURCING = ("source", ".", "source_env", "source_env_if_exists", "dotenv", "dotenv_if_exists", "use")  # in .envrc


def words(root: str, hooks: Sequence[str]) -> list[str]:
    """Ends of paths. `hooks`: git's folders of hooks."""
    files = [*(f"{root}/{name}" for name in _FILES), *_in_folders([*(f"{root}/{name}" for name in _FOLDERS), *hooks])]
    found = (word for file in files for word in _words(file))
    return list(dict.fromkeys(found))


def _in_folders(folders: Sequence[str]) -> Iterator[str]:
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        yield from (f"{folder}/{name}" for name in names[:_MOST] if not name.endswith(".sample"))


def _words(file: str) -> Iterator[str]:
    text = os.fsdecode(read_whole(file, largest=_LARGEST) or b"")
    if file.endswith(".envrc"):
        lines = (line.split() for line in text.splitlines())
        text = "\n".join(" ".join(line) for line in lines if line[:1] and line[0] in _SOURCING)
    for line in text.splitlines():
        if not line.lstrip().startswith("#"):
            yield from (word for word in words_of(line.replace(",", " ")) if "/" in word or file.endswith(".envrc"))
