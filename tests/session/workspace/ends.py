"""What tests of the end of a session share."""

from __future__ import annotations

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home


def command(home: Home) -> str:
    return str(home.path / ".local/bin/claude-local")


def session_of(home: Home, script: str) -> str:
    """What is said after a session in which a stand-in for claude does `script`."""
    fake = home.write("bin/claude", f"#!/bin/bash\n{script}\n")
    fake.chmod(0o755)
    with MessagesApi() as api:
        home.setup("config", "set", "server.base_url", api.base_url)
        home.setup("config", "set", "claude.path", str(fake))
        assert home.json("apply", "-y")["failed"] == 0
        done = home.local("-p", "x", cwd=home.workspace())
        assert done.returncode == 0, done.stderr
        return done.stderr
