"""What tests of the jail share."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.homes import Home


def jailed(home: Home, work: Path, script: str) -> subprocess.CompletedProcess[str]:
    return home.local("--jail", "sh", "-c", script, cwd=work)
