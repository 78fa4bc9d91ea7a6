"""The session program as apply has put it into a home: looked at, and changed to see what a rule is for."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.homes import Home


def folder(home: Path) -> Path:
    """Of the one version that is there."""
    (found,) = (home / ".local/share/claude-local").glob("program-*/session")
    return found


def change(home: Home, *changes: tuple[str, str, str]) -> None:
    """(module below the program's folder, text, what stands there instead); each text is there once."""
    for module, old, new in changes:
        file = folder(home.path) / module
        text = file.read_text()
        assert text.count(old) == 1, (module, old, text.count(old))
        file.write_text(text.replace(old, new))
    for compiled in list(folder(home.path).rglob("__pycache__")):
        shutil.rmtree(compiled)
