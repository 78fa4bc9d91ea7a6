"""What tests of starts share: homes and workspaces with something in the way."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.homes import Home

SECONDS = 120.0  # far more than any start here takes (0.1 to 2 on two processors), also on a busy machine


def start(home: Home, cwd: Path, *words: str, seconds: float = SECONDS) -> subprocess.CompletedProcess[str]:
    """A session that says "well", in bounded time."""
    began = time.monotonic()
    done = home.local(*(words or ("--jail", "echo", "well")), cwd=cwd)
    assert time.monotonic() - began < seconds
    assert "Traceback" not in done.stderr
    return done


def limited(home: Home, key: str, value: str) -> Path:
    home.setup("config", "set", "server.management_url", "")
    assert home.setup("config", "set", key, value).returncode == 0
    assert home.json("apply", "-y")["failed"] == 0
    return home.workspace()
