"""What tests of the network share."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.homes import Home

CONNECT = ["bash", "-c", "exec 3<>/dev/tcp/$1/$2", "x"]


def applied(home: Home, toml: str) -> Path:
    home.write(".config/claude-local-setup/config.toml", toml)
    assert home.json("apply", "-y")["failed"] == 0
    return home.workspace()


def in_background(home: Home, words: list[str], cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(home.path / ".local/bin/claude-local"), *words],
        cwd=cwd, env=home.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
