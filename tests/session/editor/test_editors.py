"""Editors from within a session: reached where they have its workspace open."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests import installed
from tests.fakes.ides import FakeIde
from tests.fakes.messages_api import MessagesApi, Say, Use
from tests.homes import Home, wait_until
from tests.real.claudes import set_up, trust_the_folder
from tests.real.terminal import Terminal
from tests.session.network.reached import CONNECT, applied, in_background


def test_an_ide_with_this_workspace_is_reached_and_its_lock_shown_read_only(plain_home: Home) -> None:
    (plain_home.path / ".claude").mkdir()
    work = applied(plain_home, "")
    other = plain_home.workspace("other project")
    with FakeIde(plain_home.path, work) as ide, FakeIde(plain_home.path, other) as foreign:
        assert plain_home.local("--jail", *CONNECT, "127.0.0.1", str(ide.port), cwd=work).returncode == 0
        assert plain_home.local("--jail", *CONNECT, "127.0.0.1", str(foreign.port), cwd=work).returncode != 0
        done = plain_home.local("--jail", "sh", "-c", "ls ~/.claude/ide; rm -f ~/.claude/ide/*", cwd=work)
        assert done.stdout == f"{ide.port}.lock\n"
        assert done.returncode != 0
        assert ide.lock.exists()


def let_it_work(home: Home, work: Path, ide: FakeIde, question: str = "") -> None:
    """A session in a terminal that finds the IDE, is told to go, and comes to the script's end."""
    home.extra["CLAUDE_CODE_SSE_PORT"] = str(ide.port)
    with Terminal(home, [str(home.path / ".local/bin/claude-local")], work) as terminal:
        trust_the_folder(terminal)
        wait_until(lambda: "tools/list" in ide.heard)
        terminal.type("go", "Enter")
        if question:
            terminal.answer(question)
        terminal.wait("the very end")


@pytest.mark.real_claude
def test_an_edit_is_shown_in_the_ide_and_lands_when_it_is_accepted_there(plain_home: Home, claude: Path) -> None:
    (plain_home.path / ".claude").mkdir()
    outside = plain_home.path / "escape.txt"
    with MessagesApi() as api:
        work = set_up(plain_home, claude, api)
        for target in (work / "made.txt", outside):
            api.then(Use("Write", {"file_path": str(target), "content": "written"}))
        api.then(Say("the very end"))
        with FakeIde(plain_home.path, work) as ide:
            let_it_work(plain_home, work, ide, "Do you want to create escape.txt?")
            assert ide.heard.count("openDiff") == 1  # what lies outside is not for the editor
    assert (work / "made.txt").read_text() == "written"
    assert not outside.exists()


def test_verify_says_which_ide_is_live_and_tries_it_from_the_jail(plain_home: Home) -> None:
    (plain_home.path / ".claude").mkdir()
    work = applied(plain_home, "")
    assert ides_found(plain_home) == {"IDE: none is open": True}
    with FakeIde(plain_home.path, work) as ide:
        live = f"IDE: live at port {ide.port}"
        assert ides_found(plain_home) == {live: True, "IDE: reached from the jail": True}
        installed.change(
            plain_home,
            ("run/ways.py", "    ways.add_editors(editors, workspace)\n", ""),
            ("run/editors.py", "or self._reach(run, editor)", "or True"),
        )
        assert ides_found(plain_home) == {live: True, "IDE: reached from the jail": False}


def ides_found(home: Home) -> dict[str, bool]:
    findings = home.json("verify")["hosts"][0]["findings"]
    return {finding["check"]: finding["ok"] for finding in findings if finding["check"].startswith("IDE")}


def test_an_ide_that_starts_later_is_reached_too(plain_home: Home) -> None:
    (plain_home.path / ".claude").mkdir()
    work = applied(plain_home, "")
    reach = """
while port=$(ls ~/.claude/ide) && [ -z "$port" ]; do sleep 0.1; done
for try in 1 2 3 4 5 6 7 8 9; do
  bash -c "exec 3<>/dev/tcp/127.0.0.1/${port%.lock}" && echo reached && exit
  sleep 0.2
done
"""
    session = in_background(plain_home, ["--jail", "timeout", "60", "sh", "-c", reach], work)
    time.sleep(1)
    with FakeIde(plain_home.path, work):
        out, err = session.communicate(timeout=90)
    assert "reached" in out, err


@pytest.mark.real_claude
def test_the_real_claude_connects_to_the_ide_and_cannot_run_code_in_it(plain_home: Home, claude: Path) -> None:
    (plain_home.path / ".claude").mkdir()
    with MessagesApi([Say("the very end")]) as api:
        work = set_up(plain_home, claude, api)
        with FakeIde(plain_home.path, work) as ide:
            let_it_work(plain_home, work, ide)
            assert set(ide.keys) == {"ide-key"}
            assert ide.lock.exists()
    sent = "".join(json.dumps(request.body) for request in api.requests)
    assert "mcp__ide__getDiagnostics" in sent
    assert "mcp__ide__executeCode" not in sent
