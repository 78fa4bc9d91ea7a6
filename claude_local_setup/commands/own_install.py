"""How this command itself came here, and so how it goes: it cannot delete itself while it runs."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path


def how_to_uninstall() -> str:
    """The command that removes claude-local-setup itself."""
    prefix = Path(sys.prefix)
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    if prefix == data / "claude-local-setup/venv":  # install.sh
        return shlex.join(["rm", "-r", str(prefix.parent), str(Path.home() / ".local/bin/claude-local-setup")])
    if "pipx" in prefix.parts:
        return "pipx uninstall claude-local-setup"
    if prefix.match("uv/tools/*"):
        return "uv tool uninstall claude-local-setup"
    return shlex.join([sys.executable, "-m", "pip", "uninstall", "claude-local-setup"])
