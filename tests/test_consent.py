"""What a project would start unasked is off until the user has allowed just that, on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.claudes import set_up
from tests.homes import Home
from tests.messages_api import MessagesApi, Say

STAND_IN = '#!/bin/sh\nfor word; do echo "word $word"; done\n'
LEFT_OUT = ["word --setting-sources", "word user", "word --strict-mcp-config"]
HOOK = {"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch ran"}]}]}}
SERVER = {"mcpServers": {"planted": {"command": "sh", "args": ["-c", "touch ran"]}}}
AGENT = "---\nname: x\nhooks:\n  Stop:\n    - command: touch ran\n---\ntext\n"

ASKED: dict[str, dict[str, str]] = {
    "hooks": {".claude/settings.json": json.dumps(HOOK)},
    "hooks of the local settings": {".claude/settings.local.json": json.dumps(HOOK)},
    "servers": {".mcp.json": json.dumps(SERVER)},
    "a status line": {".claude/settings.json": json.dumps({"statusLine": {"type": "command", "command": "touch ran"}})},
    "an environment": {".claude/settings.json": json.dumps({"env": {"PATH": "/planted"}})},
    "a key of tomorrow": {".claude/settings.json": json.dumps({"runsSomething": "touch ran"})},
    "what cannot be read": {".claude/settings.json": "{hooks"},
    "what is too large": {".claude/settings.json": json.dumps({**HOOK, "companyAnnouncements": ["x" * 1_100_000]})},
    "servers too large": {".mcp.json": json.dumps({**SERVER, "x": "x" * 1_100_000})},
    "servers in a folder on the way": {"a/.mcp.json": json.dumps(SERVER), "a/b/.mcp.json": "{}"},
    "servers of the root, hidden by a folder's": {".mcp.json": json.dumps(SERVER), "a/b/.mcp.json": "{}"},
    "hooks of an agent": {".claude/agents/x.md": AGENT},
    "hooks of a skill": {".claude/skills/x/SKILL.md": AGENT},
    "hooks of a command": {".claude/commands/x.md": AGENT},
}


@pytest.fixture
def work(plain_home: Home) -> Iterator[Path]:
    stand_in = plain_home.write("claude", STAND_IN)
    stand_in.chmod(0o755)
    with MessagesApi() as api:
        work = set_up(plain_home, stand_in, api)
        plain_home.run("git", "init", "-q", cwd=work)
        (work / "a/b").mkdir(parents=True)
        yield work


def words(home: Home, cwd: Path) -> list[str]:
    return home.local("-p", "hi", cwd=cwd).stdout.splitlines()


def is_left_out(said: list[str]) -> bool:
    return all(word in said for word in LEFT_OUT)


@pytest.mark.parametrize("name", ASKED)
def test_without_a_terminal_it_is_left_out(plain_home: Home, work: Path, name: str) -> None:
    assert not is_left_out(words(plain_home, work / "a/b"))
    for path, content in ASKED[name].items():
        plain_home.write(f"{work.name}/{path}", content)
    done = plain_home.local("-p", "hi", cwd=work / "a/b")
    assert is_left_out(done.stdout.splitlines()), done.stderr
    assert "settings" in done.stderr


def test_a_link_that_leads_nowhere_outside_is_not_trusted(plain_home: Home, work: Path) -> None:
    (work / ".claude").mkdir()
    (work / ".claude/settings.json").symlink_to(plain_home.path / ".claude-local/planted.json")
    assert is_left_out(words(plain_home, work))


def test_what_starts_nothing_is_not_asked_about(plain_home: Home, work: Path) -> None:
    plain_home.write(f"{work.name}/.claude/settings.json", '{"permissions": {"allow": ["Read"]}, "hooks": {}}')
    plain_home.write(f"{work.name}/.claude/commands/x.md", "---\ndescription: x\n---\nhooks are fine\n")
    plain_home.write(f"{work.name}/.mcp.json", '{"mcpServers": {}}')
    assert not is_left_out(words(plain_home, work))


def answered(home: Home, work: Path, answer: str) -> str:
    """What a session on a terminal says when the question, if it comes, is answered like that."""
    child = pexpect.spawn(
        str(home.path / ".local/bin/claude-local"), ["-p", "hi"], env=home.env, cwd=work, encoding="utf-8", timeout=60
    )
    said = ""
    if child.expect([r"\[y/N\] ", "word hi"]) == 0:
        said = "asked "
        child.sendline(answer)
        child.expect("word hi")
    return said + (child.before or "") + (child.read() or "")


def test_yes_is_remembered_for_just_that_content(plain_home: Home, work: Path) -> None:
    settings = plain_home.write(f"{work.name}/.claude/settings.json", json.dumps(HOOK))
    for answer in ("n", "", "maybe"):
        said = answered(plain_home, work, answer)
        assert said.startswith("asked ")
        assert "--setting-sources" in said
    assert "--setting-sources" not in answered(plain_home, work, "y")
    assert "asked" not in answered(plain_home, work, "n")
    assert not is_left_out(words(plain_home, work))
    settings.write_text(json.dumps({**HOOK, "env": {"A": "b"}}))
    assert is_left_out(words(plain_home, work))
    assert answered(plain_home, work, "n").startswith("asked ")


@pytest.mark.real_claude
def test_the_real_claude_runs_no_hook_and_no_server_of_a_fresh_clone(plain_home: Home, claude: Path) -> None:
    with MessagesApi([Say("the end")]) as api:
        work = set_up(plain_home, claude, api)
        plain_home.run("git", "init", "-q", cwd=work)
        plain_home.write(f"{work.name}/.claude/settings.json", json.dumps(HOOK))
        plain_home.write(f"{work.name}/a/.mcp.json", json.dumps(SERVER))
        (work / "a/b").mkdir()
        assert "the end" in plain_home.local("-p", "hi", cwd=work / "a/b").stdout
    assert list(work.rglob("ran")) == []
