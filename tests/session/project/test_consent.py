"""What a project brings that starts things unasked: off until its user has said yes to just that, on a terminal."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests import installed
from tests.fakes.messages_api import MessagesApi, Say
from tests.homes import Home
from tests.real.claudes import set_up

PROGRAM = "#!/bin/sh\nprintf '<%s>\\n' \"$@\"\n"  # instead of claude: it says with what it was called
OFF = ["<--setting-sources>", "<user>", "<--strict-mcp-config>"]
QUESTION = "as they are now? [y/N] "
HOOK = {"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch hook-ran"}]}]}}
SERVER = {"mcpServers": {"planted": {"command": "touch", "args": ["server-ran"]}}}


@pytest.fixture(scope="module")
def made() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder, MessagesApi() as api:
        home = Home(Path(folder))
        home.write("bin/claude", PROGRAM).chmod(0o755)
        text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n'
        home.write(".config/claude-local-setup/config.toml", text)
        assert home.json("apply", "-y")["failed"] == 0
        yield home


@pytest.fixture
def work(made: Home) -> Path:
    return Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))


def put(work: Path, name: str, content: object) -> Path:
    file = work / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def called_with(home: Home, cwd: Path) -> list[str]:
    """claude's arguments where nobody can be asked; ours for the rules left out."""
    local, program = str(home.path / ".local/bin/claude-local"), str(home.path / "bin/claude")
    done = home.run("setsid", "--wait", local, program, "-p", "hi", cwd=cwd)
    assert done.returncode == 0, done.stderr
    words = done.stdout.splitlines()
    assert words[:2] == ["<--settings>", "</run/claude-local/enforced.json>"]
    assert words[-2:] == ["<-p>", "<hi>"]
    return words[2:-2]


class Person:
    """Somebody who starts a session on a terminal and answers what is asked."""

    def __init__(self, home: Home, cwd: Path) -> None:
        words = [str(home.path / "bin/claude"), "-p", "hi"]
        program = str(home.path / ".local/bin/claude-local")
        self.child = pexpect.spawn(program, words, env=home.env, cwd=cwd, encoding="utf-8", timeout=60)

    def is_asked(self) -> str:
        self.child.expect_exact(QUESTION)
        return str(self.child.before)

    def ends(self) -> list[str]:
        """claude's arguments; nothing was asked any more."""
        self.child.expect(pexpect.EOF)
        assert QUESTION not in self.child.before
        return [word for word in self.child.before.split() if word in OFF]

    def says(self, answer: str) -> list[str]:
        self.is_asked()
        self.child.send(answer)
        return self.ends()


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


# --- on a terminal


@pytest.mark.parametrize("yes", ["y\r", "yes\r", "Y\r", " YES \r"])
def test_yes_is_remembered_and_is_for_this_workspace_and_this_content(made: Home, work: Path, yes: str) -> None:
    put(work, ".claude/settings.json", HOOK)
    put(work, ".mcp.json", SERVER)
    assert Person(made, work).says(yes) == []
    assert Person(made, work).ends() == []
    assert called_with(made, work) == []
    other = Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))
    put(other, ".claude/settings.json", HOOK)
    put(other, ".mcp.json", SERVER)
    assert called_with(made, other) == OFF
    other_server = {"mcpServers": {"planted": {"command": "rm"}}}
    for name, changed in ((".mcp.json", other_server), (".claude/settings.json", "{}")):
        put(work, name, changed)
        assert called_with(made, work) == OFF
        assert Person(made, work).says("n\r") == OFF
    put(work, ".mcp.json", SERVER)
    put(work, ".claude/settings.json", HOOK)
    assert called_with(made, work) == [], "what was allowed once is known again"


@pytest.mark.parametrize("no", ["\r", "n\r", "no\r", "x\r", "yy\r", "yesterday\r", "\x04", "\x1b\r"])
def test_anything_else_means_no_and_is_asked_again(made: Home, work: Path, no: str) -> None:
    put(work, ".claude/settings.json", HOOK)
    assert Person(made, work).says(no) == OFF
    assert Person(made, work).says(no) == OFF


def test_what_is_asked_names_what_it_is_about_and_no_name_is_obeyed_by_the_terminal(made: Home, work: Path) -> None:
    put(work, ".mcp.json", {"mcpServers": {"\x1b[2Jevil\r\n": {"command": "x"}, "good": {"command": "x"}}})
    put(work, ".claude/settings.json", HOOK)
    person = Person(made, work)
    said = person.is_asked()
    assert str(work) in said
    assert all(word in said for word in ("hooks", "MCP server good", "evil"))
    assert "\x1b" not in said and "evil\r" not in said
    person.child.send("\r")
    assert person.ends() == OFF


def test_ctrl_c_at_the_question_starts_nothing(made: Home, work: Path) -> None:
    put(work, ".claude/settings.json", HOOK)
    person = Person(made, work)
    person.is_asked()
    person.child.sendintr()
    person.child.expect(pexpect.EOF)
    assert "<hi>" not in person.child.before
    assert called_with(made, work) == OFF


def test_no_answer_comes_from_what_is_piped_in(made: Home, work: Path) -> None:
    put(work, ".claude/settings.json", HOOK)
    words = (str(made.path / ".local/bin/claude-local"), str(made.path / "bin/claude"), "-p", "hi")
    done = made.run("setsid", "--wait", *words, cwd=work, given="y\nyes\n")
    assert done.stdout.splitlines()[2:5] == OFF
    assert "they are off" in done.stderr


def test_no_session_can_say_yes_for_its_user(made: Home, work: Path) -> None:
    put(work, ".claude/settings.json", HOOK)
    write = "find / -xdev -name allowed -path '*claude-local*' 2>/dev/null; echo x | tee ~/.claude-local/allowed"
    made.local("--jail", "sh", "-c", f"{write} ~/.claude-local/../allowed; cp -r ~/.claude-local /tmp", cwd=work)
    assert called_with(made, work) == OFF
    assert Person(made, work).says("y\r") == []
    look = "ls ~/.claude-local/.. ~/.claude-local; cat ~/.claude-local/../allowed"
    found = made.local("--jail", "sh", "-c", look, cwd=work)
    assert "No such file" in found.stderr


def test_without_the_rule_the_projects_own_settings_are_on(plain_home: Home) -> None:
    with MessagesApi() as api:
        plain_home.write("bin/claude", PROGRAM).chmod(0o755)
        text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n'
        plain_home.write(".config/claude-local-setup/config.toml", text)
        assert plain_home.json("apply", "-y")["failed"] == 0
        installed.change(plain_home, ("session.py", "*consent.arguments(where, made.there.state), ", ""))
        work = plain_home.workspace()
        put(work, ".claude/settings.json", HOOK)
        assert called_with(plain_home, work) == []


# --- the real one


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
