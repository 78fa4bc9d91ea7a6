"""VS Code's extension: its terminal mode passes over the wrapper, and starts the normal claude."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..host import vscode
from ..session.linux.files import read_whole
from ..session.words import Remedy, typed
from ..user_files.jsonc import read
from .report import Finding


def terminal_mode(home: Path, workspace: Path) -> Iterator[Finding]:
    """A warning for each settings file that switches it on: it may be what the user wants there."""
    for whose, file in vscode.settings(home):
        if _is_on(file):
            yield _found(whose, file, Remedy("claude-local-setup vscode"))
    if _is_on(file := workspace / vscode.IN_A_WORKSPACE):
        yield _found("this folder's settings", file, typed("claude-local-setup", "vscode", str(workspace)))


def _is_on(file: Path) -> bool:
    try:
        return read((read_whole(str(file)) or b"").decode()).get(vscode.TERMINAL) is True
    except ValueError:  # nothing that the editor could read
        return False


def _found(whose: str, file: Path, remedy: Remedy) -> Finding:
    problem = f"{vscode.TERMINAL} is on in {file}: the extension starts the normal claude, without a jail"
    return Finding(f"VS Code: {whose}", problem, remedy, warning=True)
