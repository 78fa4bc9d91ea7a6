"""VS Code and its kin: where each keeps its settings, on this machine as on one that is worked on from afar."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

WRAPPER = "claudeCode.claudeProcessWrapper"
NO_LOGIN = "claudeCode.disableLoginPrompt"
TERMINAL = "claudeCode.useTerminal"  # with it the extension starts the normal claude, whatever the wrapper is
IN_A_WORKSPACE = ".vscode/settings.json"
_HERE = {
    "Code": "VS Code",
    "Code - Insiders": "VS Code Insiders",
    "Code - OSS": "Code - OSS",
    "VSCodium": "VSCodium",
    "Cursor": "Cursor",
    "Windsurf": "Windsurf",
}
# What Remote-SSH, WSL and containers put on the machine that is worked on: there these settings go before the user's.
_AFAR = {
    ".vscode-server": "VS Code",
    ".vscode-server-insiders": "VS Code Insiders",
    ".vscode-server-oss": "Code - OSS",
    ".vscodium-server": "VSCodium",
    ".cursor-server": "Cursor",
    ".windsurf-server": "Windsurf",
}


def settings(home: Path) -> Iterator[tuple[str, Path]]:
    """(whose they are, the file) for each of these editors that there is; the file need not be there."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    config = Path(base) if base.startswith("/") else home / ".config"
    for folder, name in _HERE.items():
        if (config / folder).is_dir():
            yield f"{name}'s user settings", config / folder / "User/settings.json"
    for folder, name in _AFAR.items():
        if (home / folder).is_dir():
            yield f"{name}'s Remote settings", home / folder / "data/Machine/settings.json"
