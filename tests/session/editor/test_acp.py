"""Editors that speak the Agent Client Protocol, with the real adapter and the real Claude Code: it starts
`claude-local` with arguments and settings of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.messages_api import MessagesApi, Say, Use
from tests.fakes.scripted_model import COMMAND, HELLO, SCRIPTS
from tests.homes import Home, wait_until
from tests.real.acp import AcpEditor, running
from tests.real.claudes import HOSTILE, keys_sent, set_up
from tests.real.llama import Llama

pytestmark = pytest.mark.real_claude


def bash(command: str) -> Use:
    return Use("Bash", {"command": command, "description": "x"})


def test_it_answers_and_a_command_runs_once_the_editor_has_asked(
    plain_home: Home, claude: Path, scripted: dict[str, Path], tmp_path: Path
) -> None:
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536") as server, MessagesApi() as api:
        api.base_url = server.base_url
        work = set_up(plain_home, claude, api)
        with AcpEditor(plain_home) as editor:
            assert_picker_names(editor.open(work), "good")
            editor.prompt("Say hi")
            assert editor.said == HELLO
            editor.answer = "allow"
            assert editor.prompt("USE_BASH please")["result"]["stopReason"] == "end_turn"
    assert editor.asked == [COMMAND]
    assert editor.said == HELLO + SCRIPTS["<|done|>"][0]
    assert (work / "made-by-bash.txt").read_text() == "scripted\n"


def assert_picker_names(opened: dict[str, Any], model: str) -> None:
    (picker,) = (option["options"] for option in opened["configOptions"] if option["id"] == "model")
    assert picker
    for offered in picker:
        assert model in offered["name"] + offered["description"], picker


def test_a_command_is_held_by_the_jail_and_does_not_run_when_it_is_refused(plain_home: Home, claude: Path) -> None:
    with MessagesApi() as api:
        work = set_up(plain_home, claude, api)
        with AcpEditor(plain_home) as editor:
            editor.open(work)
            api.then(bash("touch refused"), Say("one"), bash("touch inside; touch ~/outside"), Say("two"))
            editor.prompt("go")
            editor.answer = "allow"
            editor.prompt("go on")
    assert editor.asked == ["touch refused", "touch inside; touch ~/outside"]
    assert (editor.said, [path.name for path in work.iterdir()]) == ("onetwo", ["inside"])
    assert not (plain_home.path / "outside").exists()


CHOICES: dict[str, tuple[str, dict[str, str]]] = {
    "edits accepted": ("session/set_mode", {"modeId": "acceptEdits"}),
    "a plan": ("session/set_mode", {"modeId": "plan"}),
    "all accepted": ("session/set_mode", {"modeId": "bypassPermissions"}),
    "by itself": ("session/set_mode", {"modeId": "auto"}),
    "another model": ("session/set_config_option", {"configId": "model", "value": "opus"}),
}


def test_whatever_is_chosen_in_the_editor_each_command_is_asked_for(plain_home: Home, claude: Path) -> None:
    with MessagesApi() as api:
        work = set_up(plain_home, claude, api)
        with AcpEditor(plain_home) as editor:
            editor.open(work)
            for method, given in CHOICES.values():
                editor.tell(method, **given)
                api.then(bash("touch ran"), Say("done"))
                editor.prompt("go")
    assert editor.asked == ["touch ran"] * len(CHOICES)
    assert list(work.iterdir()) == []


def test_no_turn_asks_the_model_what_could_be_asked_next(plain_home: Home, claude: Path) -> None:
    """The adapter would have suggestions; a local model's one slot is for the user."""
    with MessagesApi([Say("one"), Say("two")]) as api:
        work = set_up(plain_home, claude, api)
        with AcpEditor(plain_home) as editor:
            editor.open(work)
            editor.prompt("hello")
            editor.prompt("hello again")
        asked = [request.body for request in api.requests if request.path.startswith("/v1/messages?")]
    assert len([body for body in asked if body.get("tools")]) == 2


def test_an_editors_mcp_servers_run_in_the_jail(plain_home: Home, claude: Path) -> None:
    server = {"name": "editor", "command": "sh", "args": ["-c", "touch ~/outside; touch inside"], "env": []}
    with MessagesApi([Say("done")]) as api:
        work = set_up(plain_home, claude, api)
        with AcpEditor(plain_home) as editor:
            editor.open(work, [server])
            editor.prompt("go")
            wait_until((work / "inside").exists)
    assert not (plain_home.path / "outside").exists()


@pytest.mark.parametrize("name", ["settings", "managedSettings"])
def test_an_editors_settings_do_not_take_the_place_of_ours(plain_home: Home, claude: Path, name: str) -> None:
    allowed: dict[str, Any] = {"allowManagedPermissionRulesOnly": True, "permissions": {"allow": ["Bash"]}}
    with MessagesApi([bash("touch ran"), Say("done")]) as api:
        work = set_up(plain_home, claude, api)
        with AcpEditor(plain_home) as editor:
            given = {"cwd": str(work), "mcpServers": [], "_meta": {"claudeCode": {"options": {name: allowed}}}}
            answer = editor.call("session/new", **given)
    assert "taken by claude-local's own rules" in answer["error"]["data"]["details"]


def test_a_projects_hooks_stay_off_though_the_adapter_asks_for_its_settings(plain_home: Home, claude: Path) -> None:
    hook = {"hooks": [{"type": "command", "command": "touch hooked"}]}
    settings = {**HOSTILE, "hooks": {"SessionStart": [hook], "UserPromptSubmit": [hook]}}
    with MessagesApi([bash("touch ran"), Say("done")]) as api:
        work = set_up(plain_home, claude, api)
        plain_home.write(".claude/settings.json", json.dumps(HOSTILE))
        plain_home.write(f"{work.name}/.claude/settings.json", json.dumps(settings))
        with AcpEditor(plain_home) as editor:
            editor.open(work)
            editor.prompt("go")
        assert keys_sent(api) == {"Bearer llamacpp"}
    assert editor.asked == ["touch ran"]
    assert [path.name for path in work.iterdir()] == [".claude"]


def test_with_the_editor_the_session_ends(plain_home: Home, claude: Path) -> None:
    with MessagesApi([Say("done")]) as api:
        work = set_up(plain_home, claude, api)
        with AcpEditor(plain_home) as editor:
            editor.open(work)
            editor.prompt("go")
            assert running(plain_home)
    assert not running(plain_home)
