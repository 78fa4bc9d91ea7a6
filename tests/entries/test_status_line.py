"""A status line of the user's own in ~/.claude-local/settings.json."""

from __future__ import annotations

import json

from tests.homes import Home

SETTINGS = ".claude-local/settings.json"
MINE = {"type": "command", "command": "mine"}


def status_line(home: Home) -> object:
    return json.loads((home.path / SETTINGS).read_text()).get("statusLine")


def test_it_stays_whenever_it_is_put_there_and_after_remove(plain_home: Home) -> None:
    plain_home.write(SETTINGS, json.dumps({"statusLine": MINE}))
    for _ in range(2):
        assert plain_home.json("apply", "-y")["failed"] == 0
        assert status_line(plain_home) == MINE
    assert plain_home.json("remove", "-y")["failed"] == 0
    assert status_line(plain_home) == MINE
    plain_home.write(SETTINGS, "{}")
    plain_home.json("apply", "-y")
    ours = status_line(plain_home)
    assert ours not in (None, MINE)
    settings = json.loads((plain_home.path / SETTINGS).read_text())
    plain_home.write(SETTINGS, json.dumps({**settings, "statusLine": MINE}, indent=2) + "\n")
    steps = plain_home.json("apply", "-y")["hosts"][0]["steps"]
    assert [step for step in steps if step["change"] != "none"] == []
    assert status_line(plain_home) == MINE
    assert plain_home.json("remove", "-y")["failed"] == 0
    assert status_line(plain_home) == MINE
