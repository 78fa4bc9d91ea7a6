"""What a session may ask of an editor that has its workspace open: the calls of a list, and nothing else gets there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import installed
from tests.fakes.ides import FakeIde
from tests.homes import Home
from tests.session.editor.relayed import LAST, Desk, framed, tool


def heard_only(desk: Desk, *expected: str) -> None:
    assert desk.ide.heard == [*expected, "tools/list"]


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2024-11-05"}},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "id": 1, "method": "prompts/list"},
    ],
    ids=lambda message: str(message["method"]),
)
def test_the_protocols_own_calls_pass(desk: Desk, message: dict[str, Any]) -> None:
    (answer,) = desk.call(message)
    assert answer["id"] == 1 and "result" in answer
    heard_only(desk, message["method"])
    assert desk.ide.keys == ["ide-key"]


def test_notifications_and_answers_pass_without_an_answer(desk: Desk) -> None:
    notified = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answered = {"jsonrpc": "2.0", "id": 5, "result": {"roots": []}}
    assert desk.call(notified, {"jsonrpc": "2.0", "method": "ide_connected", "params": {"pid": 1}}) == []
    heard_only(desk, "notifications/initialized", "ide_connected")
    desk.ide.heard.clear()
    assert [answer["id"] for answer in desk.call(answered)] == [5]  # the stand-in answers whatever has a number
    heard_only(desk, "None")


def test_a_diff_in_the_workspace_is_shown_and_its_answer_comes_back(desk: Desk) -> None:
    file = desk.work / "new folder/ünï 'x'.py"
    text = "x" * 50_000 + "ünï \N{GRINNING FACE}\n"
    given = {"old_file_path": str(file), "new_file_path": str(file), "new_file_contents": text, "tab_name": "x"}
    (answer,) = desk.call(tool("openDiff", **given))
    assert [part["text"] for part in answer["result"]["content"]] == ["FILE_SAVED", text]
    heard_only(desk, "tools/call", "openDiff")


@pytest.mark.parametrize("uri", ["file://{}/a%20b.py", "file://localhost{}/x", "{}/x", None])
def test_diagnostics_of_the_workspace_are_told(desk: Desk, uri: str | None) -> None:
    given = {} if uri is None else {"uri": uri.format(desk.work)}
    (answer,) = desk.call(tool("getDiagnostics", **given))
    assert "result" in answer
    heard_only(desk, "tools/call", "getDiagnostics")


def test_a_message_in_pieces_passes_as_one(desk: Desk) -> None:
    text = json.dumps(tool("close_tab", tab_name="x" * 300)).encode()
    pieces = [framed(text[:1], is_last=False), framed(b"", 0, is_last=False), framed(text[1:200], 0, is_last=False)]
    answers = desk.talk(*pieces, framed(text[200:], 0, mask=b"\0\0\0\0"), framed(json.dumps(LAST).encode()))
    assert [answer.get("id") for answer in answers[1:]] == [7, "last"]
    heard_only(desk, "tools/call", "close_tab")


REFUSED: dict[str, dict[str, Any]] = {
    "code": tool("executeCode", code="import os; os.system('touch planted')"),
    "a file outside": tool("openFile", filePath="/etc/passwd", preview=False),
    "a file of the home": tool("openFile", filePath="{home}/.bashrc", makeFrontmost=True),
    "a diff outside": tool("openDiff", old_file_path="{home}/.bashrc", new_file_path="{home}/.bashrc"),
    "a diff from outside": tool("openDiff", old_file_path="/etc/passwd", new_file_path="{work}/x"),
    "a diff to outside": tool("openDiff", old_file_path="{work}/x", new_file_path="{home}/.ssh/config"),
    "a diff by dots": tool("openDiff", old_file_path="{work}/../.bashrc", new_file_path="{work}/x"),
    "a diff of a neighbour": tool("openDiff", old_file_path="{work}-2/x", new_file_path="{work}/x"),
    "a diff through a link": tool("openDiff", old_file_path="{work}/link/.bashrc", new_file_path="{work}/x"),
    "a diff of a link": tool("openDiff", old_file_path="{work}/file", new_file_path="{work}/file"),
    "a diff of a link in a circle": tool("openDiff", old_file_path="{work}/circle", new_file_path="{work}/circle"),
    "a relative path": tool("openDiff", old_file_path="x", new_file_path="x"),
    "paths that are none": tool("openDiff", old_file_path=["{work}/x"], new_file_path={"path": "/etc/passwd"}),
    "a diff by URL": tool("openDiff", old_file_path="file:///etc/passwd", new_file_path="{work}/x"),
    "diagnostics outside": tool("getDiagnostics", uri="file://{home}/other/x.py"),
    "diagnostics by dots": tool("getDiagnostics", uri="file://{work}/%2e%2e/%2e%2e/etc/passwd"),
    "diagnostics elsewhere": tool("getDiagnostics", uri="vscode-remote://ssh/{work}/x"),
    "diagnostics of another machine": tool("getDiagnostics", uri="file://server{work}/x"),
    "a selection": tool("getCurrentSelection"),
    "an unknown tool": tool("runCommand", command="workbench.action.terminal.new"),
    "another spelling": tool("ExecuteCode", code="x"),
    "a space behind": tool("executeCode ", code="x"),
    "an unknown method": {"jsonrpc": "2.0", "id": 7, "method": "resources/read", "params": {"uri": "file:///etc/x"}},
    "a method of an LSP": {"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": {"command": "x"}},
    "no arguments at all": {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "executeCode"}},
    "arguments that are a list": {
        "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "openDiff", "arguments": ["/etc/passwd"]},
    },
    "no parameters": {"jsonrpc": "2.0", "id": 7, "method": "tools/call"},
    "a method that is none": {"jsonrpc": "2.0", "id": 7, "method": ["tools/call"], "params": {"name": "executeCode"}},
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_an_error_and_never_reaches_the_editor(desk: Desk, what: str) -> None:
    (desk.work / "link").symlink_to("..")
    (desk.work / "file").symlink_to("../.bashrc")
    (desk.work / "circle").symlink_to("circle")
    (answer,) = desk.call(filled(REFUSED[what], desk))
    assert answer["id"] == 7 and "result" not in answer
    assert "claude-local" in answer["error"]["message"]
    heard_only(desk)


def filled(message: Any, desk: Desk) -> Any:
    if isinstance(message, str):
        return message.replace("{work}", str(desk.work)).replace("{home}", str(desk.home.path))
    if isinstance(message, dict):
        return {name: filled(value, desk) for name, value in message.items()}
    return [filled(item, desk) for item in message] if isinstance(message, list) else message


@pytest.mark.parametrize("place", [0, 1, 2])
def test_of_a_batch_with_one_bad_call_nothing_passes(desk: Desk, place: int) -> None:
    batch = [tool("close_tab", 1), tool("getDiagnostics", 2)]
    batch.insert(place, tool("executeCode", 3, code="x"))
    assert all("result" not in answer for answer in desk.call(batch))
    heard_only(desk)


def test_neither_twice_named_nor_misspelt_parts_are_read_in_two_ways(desk: Desk) -> None:
    bad, good = json.dumps("executeCode"), json.dumps("close_tab")
    for names in (f'"name":{bad},"name":{good}', f'"name":{good},"Name":{bad}', f'"n\\u0061me":{bad}'):
        text = f'{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{{names},"arguments":{{}}}}}}'
        desk.talk(framed(text.encode()), framed(json.dumps(LAST).encode()))
    assert "executeCode" not in desk.ide.heard


def test_what_a_name_means_in_pieces_is_judged_whole(desk: Desk) -> None:
    text = json.dumps(tool("executeCode", code="x")).encode()
    middle = text.index(b"cute")
    frames = [framed(text[:middle], is_last=False), framed(b"beat", 9), framed(text[middle:], 0)]
    answers = desk.talk(frames[0], frames[2], framed(json.dumps(LAST).encode()))
    assert "error" in answers[1]
    heard_only(desk)


def test_without_the_filter_the_calls_reach_the_editor(plain_home: Home) -> None:
    """So each of the attempts above is a real one."""
    plain_home.setup("config", "set", "server.management_url", "")
    assert plain_home.json("apply", "-y")["failed"] == 0
    installed.change(
        plain_home, ("editor/allowed.py", "def allowed(message: Any, workspace: str) -> Any:\n", UNCHECKED)
    )
    work = plain_home.workspace()
    with FakeIde(plain_home.path, work) as ide:
        desk = Desk(plain_home, work, ide)
        desk.call(tool("executeCode", code="x"), tool("openDiff", old_file_path="/etc/passwd", new_file_contents=""))
        assert ide.heard == ["tools/call", "executeCode", "tools/call", "openDiff", "tools/list"]
    assert list((plain_home.path / ".claude/ide").iterdir()) == []


UNCHECKED = "def allowed(message: Any, workspace: str) -> Any:\n    return message\n"
