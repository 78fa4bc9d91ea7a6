"""What to do after apply, in lines that work when pasted into this very shell."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath

from ..checks.report import Report

_READS = {"bash": ". ~/.bashrc", "zsh": '. "${ZDOTDIR:-$HOME}/.zshrc"', "fish": "source ~/.config/fish/config.fish"}
_ANY = 'PATH="$HOME/.local/bin:$PATH"'


def next_steps(report: Report) -> list[str]:
    """Where nothing was changed, what was not tried either."""
    if not report.count("changed"):
        return ["what only trying can tell: claude-local-setup verify"]
    lines = ["", "next:"]
    if not _is_found():
        shell = PurePosixPath(os.environ.get("SHELL", "")).name
        lines.append(f"  {_READS.get(shell, _ANY)}    # or open a new terminal")
    return [*lines, *_start(), "to undo all of it: claude-local-setup remove"]


def _is_found() -> bool:
    own = Path.home() / ".local/bin/claude-local"
    found = shutil.which("claude-local")
    return found is not None and Path(found).resolve() == own.resolve()


def _start() -> list[str]:
    """In the folder that one is in, if that is a project's; else in one that can be made."""
    here, home = Path.cwd(), Path.home()
    is_own = (here / "claude_local_setup").is_dir()  # this program's checkout, from which install.sh is run
    if home in here.parents and (here / ".git").exists() and not is_own:
        return ["  claude-local"]
    return ["  mkdir -p ~/project && cd ~/project", "  claude-local    # in any project of yours"]
