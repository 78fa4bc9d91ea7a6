"""What tests of the end of a session share."""

from __future__ import annotations

from tests.homes import Home


def command(home: Home) -> str:
    return str(home.path / ".local/bin/claude-local")


def session_of(home: Home, script: str) -> str:
    """What is said after a session in which a stand-in for claude does `script`; the home is `ready`."""
    home.write("bin/claude", f"#!/bin/bash\n{script}\n").chmod(0o755)
    done = home.local("-p", "x", cwd=home.workspace())
    assert done.returncode == 0, done.stderr
    return done.stderr
