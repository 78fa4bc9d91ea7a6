"""What a session does to its own state stops no start and leads none elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.homes import Home, tree
from tests.session.kept.states import KEEP, STATE, session, shared, workspaces
from tests.session.odd_files import endless, fifo, listening


def state_of(home: Home, work: Path) -> Path:
    """The folder on the host that sessions in that workspace have as ~/.claude-local."""
    assert session(home, work, "touch ~/.claude-local/here").returncode == 0
    found = next((home.path / STATE).rglob("here"))
    found.unlink()
    return found.parent


def link_out(path: Path) -> None:
    path.symlink_to("../../../victim")


def link_up(path: Path) -> None:
    path.symlink_to("../..")


def folder(path: Path) -> None:
    path.mkdir()
    (path / "full").write_text("x")


def plain(path: Path) -> None:
    path.write_text("not what is expected")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def gone(path: Path) -> None:
    pass


KINDS = (fifo, link_out, link_up, folder, plain, circle, endless, listening, gone)
PLACES = (
    *("settings.json", ".claude.json", "projects", "commands", "CLAUDE.md", "agents", "skills", "ide"),
    *("keybindings.json", "settings.local.json"),
)
LOOK = "echo well; cat ~/.claude-local/commands/mine.md; grep -c mine ~/.claude-local/settings.json"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_hostile_state_neither_stops_a_start_nor_leads_it_elsewhere(made: Home, kind: Callable[[Path], None]) -> None:
    made.write("victim/file", "mine\n")
    one, _ = workspaces(made)
    state = state_of(made, one)
    before = tree(made.path / "victim") | shared(made)
    for name in PLACES:
        remove(state / name)
        kind(state / name)
        done = session(made, one, LOOK)
        assert done.stdout == "well\nmy command\n1\n", (name, done.stderr)
        assert tree(made.path / "victim") | shared(made) == before, name
        assert "Traceback" not in done.stderr


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@pytest.mark.parametrize("kind", [link_up, link_out, circle, plain, fifo, listening], ids=lambda kind: kind.__name__)
def test_what_is_no_folder_is_no_state(made: Home, kind: Callable[[Path], None]) -> None:
    made.write("victim/file", "mine\n")
    (made.path / "victim").chmod(0o755)
    one, _ = workspaces(made)
    state = state_of(made, one)
    remove(state)
    kind(state)
    done = session(made, one, LOOK)
    assert done.returncode == 1 and done.stdout == ""
    assert f"{state.parent}, where sessions here keep what they keep, cannot be used: " in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (made.path / "victim").stat().st_mode & 0o777 == 0o755


def test_a_state_that_the_user_has_cleared_is_made_anew(made: Home) -> None:
    one, _ = workspaces(made)
    state = state_of(made, one)
    remove(state)
    assert session(made, one, LOOK).stdout == "well\nmy command\n1\n"
    assert state.stat().st_mode & 0o777 == 0o700


def test_names_that_a_start_might_use_are_taken(made: Home) -> None:
    one, _ = workspaces(made)
    state = state_of(made, one)
    for number in range(os.getpid(), os.getpid() + 20_000):
        (state / f".settings.{number}").symlink_to("../../../victim")
    done = session(made, one, "echo well")
    assert done.stdout == "well\n", done.stderr
    assert not (made.path / "victim").is_file()


def test_a_session_may_clear_what_it_has_kept(made: Home) -> None:
    one, _ = workspaces(made)
    session(made, one, KEEP)
    session(made, one, "rm -rf ~/.claude-local/projects ~/.claude-local/todos")
    assert session(made, one, "echo well").stdout == "well\n"


def test_while_one_session_runs_another_of_the_same_workspace_starts(made: Home) -> None:
    one, _ = workspaces(made)
    words = [str(made.path / ".local/bin/claude-local"), str(made.path / "bin/claude"), "echo up; read x; echo $x"]
    first = subprocess.Popen(words, cwd=one, env=made.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert first.stdout
    assert first.stdout.readline() == "up\n"
    assert session(made, one, "echo two >~/.claude-local/two; echo well").stdout == "well\n"
    assert first.communicate("three\n", timeout=60)[0] == "three\n"
