"""Sessions of the real Claude Code through the real wrapper, against a scripted Messages API."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from claude_local_setup.content.environment import MODEL
from tests.fakes.messages_api import MessagesApi, Say, Use
from tests.homes import Home
from tests.real.claudes import HOSTILE, keys_sent, set_up, trust_the_folder
from tests.real.terminal import Terminal

pytestmark = pytest.mark.real_claude

TOUCH = Use("Bash", {"command": "touch ran.txt", "description": "x"})


def test_a_session_reaches_the_local_server_only_with_its_key(home: Home, claude: Path) -> None:
    with MessagesApi([Say("hello from the local model")]) as api:
        work = set_up(home, claude, api)
        done = home.local("-p", "Say hi", cwd=work)
        assert "hello from the local model" in done.stdout, done.stderr
        posts = [request for request in api.requests if request.method == "POST"]
        assert keys_sent(api) == {"Bearer llamacpp"}
        assert {request.body["model"] for request in posts if "model" in request.body} == {MODEL}
        assert not any("x-anthropic-billing-header" in json.dumps(request.body) for request in posts)


def test_write_lands_in_the_workspace_and_not_outside(plain_home: Home, claude: Path) -> None:
    outside = plain_home.path / "escape.txt"
    with MessagesApi() as api:
        work = set_up(plain_home, claude, api)
        for target in (work / "inside.txt", outside):
            api.then(Use("Write", {"file_path": str(target), "content": "written"}), Say("done"))
            plain_home.local("-p", "write it", "--permission-mode", "acceptEdits", "--allowedTools", "Write", cwd=work)
    assert (work / "inside.txt").read_text() == "written"
    assert not outside.exists()


@pytest.mark.parametrize("level", ["config", "bash", "session", "strict"])
def test_bash_is_denied_without_an_answer_whatever_the_project_says(plain_home: Home, claude: Path, level: str) -> None:
    with MessagesApi([TOUCH, Say("the end")]) as api:
        work = set_up(plain_home, claude, api, f'[isolation]\nlevel = "{level}"\n')
        plain_home.write("prøject one/.claude/settings.json", json.dumps(HOSTILE))
        done = plain_home.local("-p", "go", "--allowedTools", "Bash", cwd=work)
        assert "the end" in done.stdout, done.stderr
        assert keys_sent(api) == {"Bearer llamacpp"}
    assert not (work / "ran.txt").exists()


ALL_ALLOWED = json.dumps({"allowManagedPermissionRulesOnly": True, "permissions": {"allow": ["Bash"]}})


@pytest.mark.parametrize(
    "words",
    [["{}", ALL_ALLOWED], ["{}=" + ALL_ALLOWED], ["--model", "--", "{}", ALL_ALLOWED]],
    ids=["apart", "in one", "behind what is a value"],
)
@pytest.mark.parametrize("name", ["--settings", "--managed-settings"])
def test_no_settings_on_the_command_line_take_the_question_away(
    plain_home: Home, claude: Path, name: str, words: list[str]
) -> None:
    with MessagesApi([TOUCH, Say("the end")]) as api:
        work = set_up(plain_home, claude, api)
        given = [name + word.removeprefix("{}") if word.startswith("{}") else word for word in words]
        done = plain_home.local("-p", "go", *given, cwd=work)
    assert not (work / "ran.txt").exists()
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"claude-local: {name} is taken by claude-local's own rules: your settings belong into "
    )


@pytest.mark.parametrize("level", ["config", "bash"])
def test_where_nothing_confines_an_edit_it_is_asked_for(plain_home: Home, claude: Path, level: str) -> None:
    with MessagesApi() as api:
        work = set_up(plain_home, claude, api, f'[isolation]\nlevel = "{level}"\n')
        api.then(Use("Write", {"file_path": str(work / "file.txt"), "content": "written"}), Say("the end"))
        done = plain_home.local("-p", "go", "--permission-mode", "acceptEdits", "--allowedTools", "Write", cwd=work)
        assert "the end" in done.stdout, done.stderr
    assert not (work / "file.txt").exists()


def test_a_claude_that_lies_in_the_home_works_at_level_strict(plain_home: Home, claude: Path) -> None:
    own = plain_home.path / ".local/share/claude/versions" / claude.parent.name
    own.parent.mkdir(parents=True)
    shutil.copy(claude, own)
    with MessagesApi([Say("hello from an empty home")]) as api:
        work = set_up(plain_home, own, api, '[isolation]\nlevel = "strict"\n')
        assert "hello from an empty home" in plain_home.local("-p", "hi", cwd=work).stdout
        boundary = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["check"].startswith("boundary")]
    assert len(boundary) > 30
    assert [finding for finding in boundary if not finding["ok"]] == []


def test_started_as_vs_code_starts_it_the_given_program_runs_in_the_jail(plain_home: Home, claude: Path) -> None:
    outside = plain_home.path / "escape.txt"
    with MessagesApi() as api:
        work = set_up(plain_home, Path("/usr/bin/false"), api)
        api.then(Use("Write", {"file_path": str(outside), "content": "written"}), Say("the end"))
        words = ("-p", "go", "--permission-mode", "acceptEdits", "--allowedTools", "Write")
        assert "the end" in plain_home.local(str(claude), *words, cwd=work).stdout
    assert not outside.exists()


def test_every_tool_that_needs_no_answer_is_held_by_the_jail(plain_home: Home, claude: Path) -> None:
    plain_home.write(".ssh/id_ed25519", "the secret key")
    plain_home.write("mine.txt", "mine")
    home = plain_home.path
    with MessagesApi() as api:
        work = set_up(plain_home, claude, api)
        plain_home.write(f"{work.name}/.claude/settings.json", json.dumps(hook("touch hook-ran; touch ~/escape-hook")))
        plain_home.write(f"{work.name}/.mcp.json", json.dumps(server("touch mcp-ran; touch ~/escape-mcp")))
        api.then(
            Use("Write", {"file_path": f"{home}/escape-write", "content": "x"}),
            Use("Read", {"file_path": f"{home}/mine.txt"}),
            Use("Edit", {"file_path": f"{home}/mine.txt", "old_string": "mine", "new_string": "theirs"}),
            Use("Read", {"file_path": f"{home}/.ssh/id_ed25519"}),
            Use("Write", {"file_path": str(work / "write-ran"), "content": "x"}),
            Say("the end"),
        )
        words = ("--permission-mode", "acceptEdits", "--allowedTools", "Write,Edit,Read", "--add-dir", str(home))
        done = plain_home.local("-p", "go", *words, cwd=work)
        assert "the end" in done.stdout, done.stderr
        assert "the secret key" not in "".join(json.dumps(request.body) for request in api.requests)
    assert {path.name for path in work.glob("*-ran")} == {"write-ran"}  # nobody has allowed the project's own
    assert list(home.glob("escape-*")) == []
    assert (home / "mine.txt").read_text() == "mine"


def hook(command: str) -> dict[str, object]:
    return {"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": command}]}]}}


def server(command: str) -> dict[str, object]:
    return {"mcpServers": {"planted": {"command": "sh", "args": ["-c", command]}}}


def test_commands_that_the_user_allows_or_types_are_held_by_the_jail(plain_home: Home, claude: Path) -> None:
    command = "touch bash-ran; touch ~/escape-bash; sudo -n touch /escape-bash"
    with MessagesApi([Use("Bash", {"command": command, "description": "x"}), Say("the very end")]) as api:
        work = set_up(plain_home, claude, api)
        with Terminal(plain_home, [str(plain_home.path / ".local/bin/claude-local")], work) as terminal:
            trust_the_folder(terminal)
            terminal.wait("tokens", "shortcuts", "mode on")
            terminal.type("run it", "Enter")
            terminal.answer("Do you want to proceed?")
            terminal.wait("the very end")
            for _ in range(5):  # deaf for a moment after an answer, as after a dialog
                terminal.type("!", "touch bang-ran; touch ~/escape-bang", "Enter")
                if appears(work / "bang-ran", seconds=8):
                    break
    assert (work / "bang-ran").exists()
    assert (work / "bash-ran").exists()
    assert list(plain_home.path.glob("escape-*")) == []


def appears(file: Path, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.1)
    return file.exists()


def test_in_a_terminal_a_command_is_asked_for_whatever_the_project_says(plain_home: Home, claude: Path) -> None:
    with MessagesApi([TOUCH, Say("the very end")]) as api:
        work = set_up(plain_home, claude, api)
        plain_home.write("prøject one/.claude/settings.json", json.dumps(HOSTILE))
        with Terminal(plain_home, [str(plain_home.path / ".local/bin/claude-local")], work) as terminal:
            terminal.wait("allow them in this workspace")
            terminal.type("y", "Enter")
            trust_the_folder(terminal)
            terminal.wait("tokens", "shortcuts", "mode on")
            terminal.type("run it", "Enter")
            terminal.wait("Do you want to proceed?")
            assert not (work / "ran.txt").exists()
            terminal.answer("Do you want to proceed?")
            terminal.wait("the very end")
        assert keys_sent(api) == {"Bearer llamacpp"}
    assert (work / "ran.txt").exists()


def test_the_first_start_asks_only_whether_the_folder_is_trusted(plain_home: Home, claude: Path) -> None:
    with MessagesApi() as api:
        work = set_up(plain_home, claude, api)
        with Terminal(plain_home, [str(plain_home.path / ".local/bin/claude-local")], work) as terminal:
            screen = terminal.wait("I trust this folder", "Choose", "API key")
            assert "I trust this folder" in screen
