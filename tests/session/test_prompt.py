"""What the real Claude Code sends to a local model before anybody has said a word: as little as can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.messages_api import MessagesApi, Say, Use
from tests.homes import Home
from tests.real.claudes import CLAUDES, set_up

pytestmark = pytest.mark.real_claude
UNFIT = {"Workflow", "WebSearch", "ScheduleWakeup", "ReportFindings", "ListAgents", "CronCreate", "CronList"}


def requests(home: Home, claude: Path, *turns: Use, more: str = "") -> list[dict[str, Any]]:
    """What a session asks that ends with "hi", after these turns."""
    with MessagesApi([*turns, Say("hi")]) as api:
        work = set_up(home, claude, api, more)
        assert home.local("-p", "Say hi", cwd=work).stdout == "hi\n"
        return [dict(request.body) for request in api.requests if request.path.startswith("/v1/messages?")]


def size(body: dict[str, Any]) -> int:
    """Its characters, as benchmarks/prompt.py counts them."""
    return sum(len(json.dumps(body[part])) for part in ("system", "tools", "messages"))


def without_marks(part: Any) -> Any:
    """Of the vendor's own cache, which move from turn to turn."""
    if isinstance(part, dict):
        return {name: without_marks(item) for name, item in part.items() if name != "cache_control"}
    return [without_marks(item) for item in part] if isinstance(part, list) else part


def test_no_tool_is_offered_that_only_a_hosted_service_has_a_use_for(plain_home: Home, claude: Path) -> None:
    (body,) = requests(plain_home, claude)
    assert {"Bash", "Read", "Edit", "Write"} <= {tool.get("name") for tool in body["tools"]}
    assert not [name for name in UNFIT if f'"{name}"' in json.dumps(body["tools"])]
    assert not [name for name in UNFIT if f"\\n{name}" in json.dumps(body["messages"])]
    assert size(body) < (30_000 if claude == CLAUDES[-1] else 45_000)


def test_a_turn_adds_itself_to_the_prompt_and_nothing_else(plain_home: Home, claude: Path) -> None:
    first, second = requests(plain_home, claude, Use("Read", {"file_path": "/etc/hostname"}))
    for part in ("system", "tools"):
        assert without_marks(first[part]) == without_marks(second[part])
    before, after = without_marks(first["messages"]), without_marks(second["messages"])
    assert after[: len(before)] == before
    assert [message["role"] for message in after[len(before) :]] == ["assistant", "user"]
    assert [block["type"] for block in after[-1]["content"]] == ["tool_result"]


def test_claudes_own_skills_are_there_only_where_that_was_chosen(plain_home: Home, claude: Path) -> None:
    without = json.dumps(requests(plain_home, claude))
    with_them = json.dumps(requests(plain_home, claude, more="bundled_skills = true\n"))
    assert len(with_them) - len(without) > 1500
    assert "- loop:" in with_them
    assert "- loop:" not in without
