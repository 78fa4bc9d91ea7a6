"""What the real Claude Code sends to a local model before anybody has said a word: as little as can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.messages_api import MessagesApi, Say
from tests.homes import Home
from tests.real.claudes import set_up

pytestmark = pytest.mark.real_claude
UNFIT = {"Workflow", "WebSearch", "ScheduleWakeup", "ReportFindings", "ListAgents", "CronCreate", "CronList"}


def first_request(home: Home, claude: Path, more: str = "") -> dict[str, Any]:
    with MessagesApi([Say("hi")]) as api:
        work = set_up(home, claude, api, more)
        assert home.local("-p", "Say hi", cwd=work).stdout == "hi\n"
        (body,) = (request.body for request in api.requests if request.path.startswith("/v1/messages?"))
        assert isinstance(body, dict)
        return body


def test_no_tool_is_offered_that_only_a_hosted_service_has_a_use_for(plain_home: Home, claude: Path) -> None:
    body = first_request(plain_home, claude)
    assert {"Bash", "Read", "Edit", "Write"} <= {tool.get("name") for tool in body["tools"]}
    assert not [name for name in UNFIT if f'"{name}"' in json.dumps(body["tools"])]
    assert not [name for name in UNFIT if f"\\n{name}" in json.dumps(body["messages"])]


def test_claudes_own_skills_are_there_only_where_that_was_chosen(plain_home: Home, claude: Path) -> None:
    without = json.dumps(first_request(plain_home, claude))
    with_them = json.dumps(first_request(plain_home, claude, "bundled_skills = true\n"))
    assert len(with_them) - len(without) > 1500
    assert "- loop:" in with_them
    assert "- loop:" not in without
