"""`status`: in a few lines what is set up here, or that nothing is, and the line that changes it."""

from __future__ import annotations

import re

from claude_local_setup import __version__
from tests.homes import Home

NOT_SET_UP = "claude-local is not set up here; to set it up: claude-local-setup init\n"


def test_status_tells_what_is_there_and_what_to_do(plain_home: Home) -> None:
    assert plain_home.setup("status").stdout == NOT_SET_UP
    plain_home.setup("config", "set", "server.model", "glm")
    assert plain_home.setup("status").stdout == NOT_SET_UP
    plain_home.setup("apply", "-y")
    lines = plain_home.setup("status").stdout.splitlines()
    said = {line.split()[0]: line[10:] for line in lines}
    assert list(said) == ["version", "level", "network", "server", "model", "claude", "config", "state"]
    assert (said["version"], said["model"]) == (__version__, "glm")
    assert said["level"] == "session: confines the whole session, in a jail"
    assert re.fullmatch(r"all \d+ parts are as they should be", said["state"])
    plain_home.setup("config", "set", "isolation.level", "strict")
    (plain_home.path / ".local/bin/claude-local").unlink()
    said_later = plain_home.setup("status").stdout
    assert "session: confines the whole session, in a jail" in said_later
    assert 'not applied yet: isolation.level: "session" -> "strict"' in said_later
    assert re.search(r"state     \d of \d+ parts differ: claude-local-setup apply\n", said_later)
    assert "differs  wrapper\n" in said_later
    assert "seccomp" not in said_later
    values = plain_home.path / ".local/share/claude-local/values.json"
    values.write_text(values.read_text().replace(f'"{__version__}"', '"0.0.1"'))
    assert f"0.0.1; {__version__} is to be applied: claude-local-setup apply" in plain_home.setup("status").stdout
    values.write_text("[]")
    assert plain_home.setup("status").returncode == 0
    plain_home.setup("remove", "-y")
    assert plain_home.setup("status").stdout == NOT_SET_UP
