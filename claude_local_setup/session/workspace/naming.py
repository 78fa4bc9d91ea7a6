"""What is obeyed unasked and names files of the workspace: a hook's script, a server's program, what .envrc sources."""

from __future__ import annotations

import os

from ..linux.commands import programs
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
_RUN = frozenset(("command", "args", "cmd", "run", "script", "program", "entry"))  # keys whose values are run


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
    """Of a script what it runs, of .envrc what it sources; of settings what they name as a command."""
    text = os.fsdecode(read_whole(file, largest=_LARGEST) or b"")
    if not text:
        return
    if file.endswith(".json"):
        commands = list(_commands(_parsed(text)))
    elif file.endswith((".yaml", ".yml", ".toml")):
        lines = (line.strip().lstrip("- ") for line in text.splitlines())
        pairs = (line.replace("=", ":", 1).partition(":") for line in lines)
        commands = [value.replace(",", " ").strip(" []") for key, _, value in pairs if key.strip() in _RUN]
    else:
        commands = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for command in commands:
        yield from programs(command)


def _parsed(text: str) -> object:
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _commands(value: object, *, is_run: bool = False) -> Iterator[str]:
    if isinstance(value, str) and is_run:
        yield value
    elif isinstance(value, list):
        if is_run and all(isinstance(item, str) for item in value):
            yield from (f"sh {item}" for item in value)  # each may be the script
        else:
            for item in value:
                yield from _commands(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _commands(item, is_run=key in _RUN)
