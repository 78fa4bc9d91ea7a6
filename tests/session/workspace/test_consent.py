"""What a project brings that starts things unasked: off until its user has said yes to just that, on a terminal."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pexpect
import pytest

from tests.fakes.messages_api import MessagesApi, Say
from tests.homes import Home
from tests.real.claudes import set_up
from tests.session.workspace.projects import HOOK, OFF, QUESTION, SERVER, Person, called_with, put

STARTS: dict[str, tuple[str, object]] = {
    "hooks": (".claude/settings.json", HOOK),
    "local hooks": (".claude/settings.local.json", HOOK),
    "a status line": (".claude/settings.json", {"statusLine": {"type": "command", "command": "touch x"}}),
    "variables": (".claude/settings.json", {"env": {"PATH": "/planted"}}),
    "a key helper": (".claude/settings.local.json", {"apiKeyHelper": "touch x"}),
    "servers, allowed by itself": (".claude/settings.json", {"enableAllProjectMcpServers": True}),
    "a setting that nobody knows": (".claude/settings.json", {"futureHooks": ["x"]}),
    "plugins": (".claude/settings.json", {"enabledPlugins": {"x@y": True}}),
    "an MCP server": (".mcp.json", SERVER),
    "hooks with a model": (".claude/settings.json", {"model": "x", "permissions": {}, **HOOK}),
    "what is no JSON": (".claude/settings.json", '{"hooks": {,}'),
    "JSON with comments": (".claude/settings.json", f"// mine\n{json.dumps(HOOK)}"),
    "a list": (".claude/settings.json", [HOOK]),
    "very much": (".claude/settings.json", {**HOOK, "permissions": {"allow": ["x" * 2_000_000]}}),
    "very deep": (".mcp.json", '{"mcpServers": ' + "[" * 100_000),
    "a skill": (".claude/skills/x/SKILL.md", "---\nname: x\nhooks:\n  PreToolUse: []\n---\n"),
    "an agent with a server": (".claude/agents/x.md", "---\nname: x\nmcpServers:\n  x: {command: touch}\n---\n"),
    "a command deeper down": (".claude/commands/a/b/x.md", "---\nhooks: {Stop: []}\n---\n"),
    "a skill, quoted": (".claude/skills/x/SKILL.md", '---\n"hooks":\n  PreToolUse: []\n---\n'),
    "a skill in one line": (".claude/skills/x/SKILL.md", "---\n{name: x, hooks: {PreToolUse: []}}\n---\n"),
    "a skill with other line ends": (".claude/skills/x/SKILL.md", "---\r\nname: x\rhooks:\r\n  Stop: []\r\n---\r\n"),
    "a skill whose key goes over two lines": (
        ".claude/skills/x/SKILL.md",
        '---\nname: x\n? "ho\\\n  oks"\n: {PreToolUse: []}\n---\n',
    ),
    "an agent with a tail": (".claude/agents/x.md", "---\n" + "# x\n" * 6000 + "hooks:\n  Stop: []\n---\n"),
}  # fmt: skip


@pytest.mark.parametrize("what", STARTS)
def test_where_nobody_can_be_asked_it_is_off(made: Home, work: Path, what: str) -> None:
    put(work, *STARTS[what])
    assert called_with(made, work) == OFF


@pytest.mark.parametrize(
    "words",
    [
        ["--setting-sources=user,project,local"],
        ["--setting-sources", "project"],
        ["--model", "--", "--setting-sources=project"],
    ],
    ids=str,
)
def test_the_callers_choice_of_settings_does_not_bring_it_back(made: Home, work: Path, words: list[str]) -> None:
    """Editors' adapters ask for all of them."""
    assert called_with(made, work, *words) == [f"<{word}>" for word in words]
    put(work, ".claude/settings.json", HOOK)
    left = [f"<{word}>" for word in words[:2] if words[0] == "--model"]
    assert called_with(made, work, "--verbose", *words, "--fork") == [*OFF, "<--verbose>", *left, "<--fork>"]


@pytest.mark.parametrize("name", [".claude/settings.json", ".mcp.json"])
def test_a_pipe_in_its_place_is_not_waited_for_and_is_off(made: Home, work: Path, name: str) -> None:
    (work / ".claude").mkdir()
    os.mkfifo(work / name)
    assert called_with(made, work) == OFF


def test_through_links_too(made: Home, work: Path) -> None:
    put(work, "elsewhere/settings.json", HOOK)
    (work / ".claude").symlink_to("elsewhere")
    assert called_with(made, work) == OFF


def test_a_link_that_leads_nowhere_yet_is_not_trusted(made: Home, work: Path) -> None:
    (work / ".claude").mkdir()
    (work / ".claude/settings.json").symlink_to(made.path / ".claude-local/planted.json")
    assert called_with(made, work) == OFF


def test_folders_without_an_end_are_not_walked_for_ever(made: Home, work: Path) -> None:
    for kind in ("skills", "agents", "commands"):
        (work / ".claude" / kind).mkdir(parents=True)
        for name in ("a", "b", "c"):
            (work / ".claude" / kind / name).symlink_to(".")
    began = time.monotonic()
    called_with(made, work)
    assert time.monotonic() - began < 120


def test_a_skill_behind_a_link_too(made: Home, work: Path) -> None:
    put(work, "elsewhere/SKILL.md", STARTS["a skill"][1])
    (work / ".claude/skills").mkdir(parents=True)
    (work / ".claude/skills/x").symlink_to("../../elsewhere")
    assert called_with(made, work) == OFF


def test_among_thousands_too(made: Home, work: Path) -> None:
    for number in range(2100):
        put(work, f".claude/agents/{number}.md", "x")
    put(work, ".claude/skills/x/SKILL.md", STARTS["a skill"][1])
    assert called_with(made, work) == OFF


@pytest.mark.parametrize("where", ["", "a", "a/b"])
def test_in_each_folder_from_the_root_to_the_current_one(made: Home, work: Path, where: str) -> None:
    made.run("git", "init", "-q", cwd=work)
    (work / "a/b").mkdir(parents=True)
    put(work / where, ".mcp.json", SERVER)
    assert called_with(made, work / "a/b") == OFF
    assert called_with(made, work) == ([] if where else OFF)
    put(work / "a/b", ".mcp.json", {"mcpServers": {}} if where != "a/b" else SERVER)
    assert called_with(made, work / "a/b") == OFF


HARMLESS: dict[str, tuple[str, object]] = {
    "permissions": (".claude/settings.json", {"permissions": {"allow": ["Bash(npm test)"], "deny": ["Read(.env)"]}}),
    "a model and a style": (".claude/settings.json", {"model": "opus", "outputStyle": "Explanatory", "$schema": "x"}),
    "empty hooks": (".claude/settings.json", {"hooks": {}, "env": {}, "permissions": {}}),
    "no servers": (".mcp.json", {"mcpServers": {}}),
    "an empty object": (".claude/settings.local.json", {}),
    "a skill": (".claude/skills/x/SKILL.md", "---\nname: x\ndescription: y\n---\nhooks: x\nmcpServers:\n"),
    "nothing": ("README.md", "hooks: mcpServers:"),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_starts_nothing_is_not_asked_about(made: Home, work: Path, what: str) -> None:
    put(work, *HARMLESS[what])
    assert called_with(made, work) == []
    assert Person(made, work).ends() == []


@pytest.mark.real_claude
@pytest.mark.parametrize("name", [".claude/settings.json", ".claude/settings.local.json"])
@pytest.mark.parametrize("level", ["session", "config"])
def test_in_a_fresh_clone_claude_runs_no_hook_and_no_server(
    plain_home: Home, claude: Path, name: str, level: str
) -> None:
    with MessagesApi([Say("the end")] * 3) as api:
        work = set_up(plain_home, claude, api, f'[isolation]\nlevel = "{level}"\n')
        put(work, name, {**HOOK, "enableAllProjectMcpServers": True})
        put(work, "a/.mcp.json", SERVER)
        put(work, ".mcp.json", SERVER)
        plain_home.run("git", "init", "-q", cwd=work)
        local = str(plain_home.path / ".local/bin/claude-local")
        for cwd in (work, work / "a"):
            done = plain_home.run("setsid", "--wait", local, "-p", "hi", cwd=cwd)
            assert "the end" in done.stdout, done.stderr
    assert [*work.rglob("hook-ran"), *work.rglob("server-ran")] == []


@pytest.mark.real_claude
def test_once_they_are_allowed_claude_runs_them(plain_home: Home, claude: Path) -> None:
    """So the hook of these tests is a real one."""
    with MessagesApi([Say("the end")] * 3) as api:
        work = set_up(plain_home, claude, api)
        put(work, ".claude/settings.json", HOOK)
        program = str(plain_home.path / ".local/bin/claude-local")
        child = pexpect.spawn(program, ["-p", "hi"], env=plain_home.env, cwd=work, encoding="utf-8", timeout=120)
        child.expect_exact(QUESTION)
        child.send("y\r")
        child.expect_exact("the end")
        child.expect(pexpect.EOF)
    assert (work / "hook-ran").exists()
