"""The question about what a project would start: asked of the user alone, remembered for just this content."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pexpect
import pytest

from tests import installed
from tests.fakes.messages_api import MessagesApi
from tests.homes import Home
from tests.session.workspace.projects import HOOK, OFF, PROGRAM, SERVER, Person, called_with, put


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
        installed.change(plain_home, ("session.py", "consent.arguments(where, made.there.state)", "[]"))
        work = plain_home.workspace()
        put(work, ".claude/settings.json", HOOK)
        assert called_with(plain_home, work) == []
