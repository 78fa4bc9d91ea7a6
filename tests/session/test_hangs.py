"""What others can make large, slow or odd around a start: it ends in bounded time, and honest work does not notice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import installed
from tests.homes import Home
from tests.session.odd_files import endless, fifo, listening
from tests.session.odd_workspaces import limited, start


def to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def to_the_terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


ODD = (fifo, to_a_device, to_the_terminal, listening, endless, circle)
OF_GIT = (".git", ".git/HEAD", ".git/config", ".git/commondir", ".git/worktrees", ".git/modules", ".git/hooks")
OF_CLAUDE = (".claude", ".claude/settings.json", ".claude/settings.local.json", ".mcp.json", ".vscode", ".envrc")


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.__name__)
@pytest.mark.parametrize("name", [*OF_GIT, *OF_CLAUDE])
def test_no_start_waits_for_what_lies_in_a_files_place(
    made: Home, work: Path, name: str, odd: Callable[[Path], None]
) -> None:
    if name.startswith(".git/"):
        made.run("git", "init", "-q", cwd=work)
    place = work / name
    place.parent.mkdir(exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    odd(place)
    for words in (("--jail", "echo", "well"), (str(made.path / "bin/claude"), "-p", "x"), ("--explain",)):
        done = start(made, work, *words)
        assert done.returncode in (0, 1), done.stderr
        assert words == ("--explain",) or done.stdout.strip() == "well" or done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.__name__)
@pytest.mark.parametrize("name", [".gitconfig", ".claude/ide/40000.lock", ".claude-local/settings.json", "shown/x"])
def test_nor_for_what_lies_in_the_home(plain_home: Home, name: str, odd: Callable[[Path], None]) -> None:
    plain_home.setup("config", "set", "isolation.read", "~/shown")
    assert plain_home.json("apply", "-y")["failed"] == 0
    place = plain_home.path / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    odd(place)
    done = start(plain_home, plain_home.workspace())
    assert done.stdout == "well\n" or (name == ".gitconfig" and "git does not say" in done.stderr), done.stderr


def test_without_the_rule_a_pipe_is_waited_for(plain_home: Home) -> None:
    """So the pipes of these tests are real ones."""
    work = limited(plain_home, "isolation.tmp_percent", "5")
    flags = "os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY"
    installed.change(plain_home, ("linux/files.py", flags, "os.O_RDONLY | os.O_NOCTTY"))
    (work / ".git").mkdir()
    os.mkfifo(work / ".git/HEAD")
    code = f"import sys; sys.path.insert(0, {str(installed.folder(plain_home.path).parent)!r})\n"
    code += f"from session.linux.files import read_whole; read_whole({str(work / '.git/HEAD')!r})"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", code], timeout=3, check=False)
