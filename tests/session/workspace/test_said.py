"""What is said about a session besides what it left: arguments that will not do what they say, and how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home
from tests.session.workspace.ends import command

ID = "0b1f9c2e-1111-4222-8333-444455556666"
FAKE = f"""#!/bin/bash
case "$*" in
  *keep*) mkdir -p "$CLAUDE_CONFIG_DIR/projects/x" && echo '{{}}' >"$CLAUDE_CONFIG_DIR/projects/x/{ID}.jsonl" ;;
  *odd*) mkdir -p "$CLAUDE_CONFIG_DIR/projects/y" && touch "$CLAUDE_CONFIG_DIR/projects/y/"$'\\e[2J'.jsonl ;;
esac
"""


@pytest.fixture
def served(plain_home: Home) -> Iterator[Home]:
    plain_home.write("bin/claude", FAKE).chmod(0o755)
    with MessagesApi() as api:
        plain_home.setup("config", "set", "server.base_url", api.base_url)
        plain_home.setup("config", "set", "claude.path", str(plain_home.path / "bin/claude"))
        plain_home.setup("config", "set", "isolation.write", "~/writable")
        plain_home.workspace("writable")
        assert plain_home.json("apply", "-y")["failed"] == 0
        yield plain_home


def on_a_terminal(home: Home, work: Path, *words: str) -> list[str]:
    child = pexpect.spawn(command(home), [*words], env=home.env, cwd=work, encoding="utf-8", timeout=60)
    child.expect(pexpect.EOF)
    return str(child.before).splitlines()


def test_the_last_line_says_how_a_session_goes_on(served: Home) -> None:
    work = served.workspace()
    assert on_a_terminal(served, work, "keep")[-1:] == [f"claude-local: to go on: claude-local --resume {ID}"]
    assert on_a_terminal(served, work, "nothing") == []
    assert on_a_terminal(served, work, "odd") == []
    assert served.local("keep", cwd=work).stderr == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--add-dir", "../other"],
            "--add-dir ../other: a session cannot write there; to allow it: claude-local-setup",
        ),
        (["--add-dir=../other", "x"], "--add-dir ../other: a session cannot write there"),
        (["--add-dir", "src", "../writable", "../other"], "--add-dir ../other: a session cannot write there"),
        (["-p", "x", "--allowedTools", "Bash(git *)", "Edit"], "--allowedTools Bash has no effect: each command"),
    ],
)
def test_what_an_argument_will_not_do_is_said(served: Home, words: list[str], said: str) -> None:
    work = served.workspace()
    (work / "src").mkdir(exist_ok=True)
    done = served.local(*words, cwd=work)
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"claude-local: {said}")


@pytest.mark.parametrize(
    "words", [["--add-dir", "src", "../writable"], ["--", "--add-dir", "../other"], ["-p", "Bash"]]
)
def test_of_what_works_nothing_is(served: Home, words: list[str]) -> None:
    work = served.workspace()
    (work / "src").mkdir(exist_ok=True)
    assert served.local(*words, cwd=work).stderr == ""
