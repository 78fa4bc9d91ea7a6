"""The manual pages: what the help says, found by man after apply, gone after remove."""

from __future__ import annotations

import subprocess

import pytest

from claude_local_setup.content.manuals import FOLDER, NAMES
from docs.manuals import manual
from tests.homes import Home, tree


@pytest.mark.parametrize("name", NAMES)
def test_a_manual_says_what_the_help_does(name: str) -> None:
    assert (FOLDER / f"{name}.1").read_text(encoding="utf-8") == manual(name), "python docs/tables.py"


@pytest.mark.parametrize("name", NAMES)
def test_man_reads_it_without_a_warning(name: str) -> None:
    done = subprocess.run(
        ["man", "--warnings=w", "--local-file", FOLDER / f"{name}.1"], env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "SEE ALSO" in done.stdout


def test_man_finds_them_by_path_until_they_are_removed(plain_home: Home) -> None:
    plain_home.write(".local/share/man/man1/mine.1", ".TH MINE 1\n")
    before = tree(plain_home.path / ".local/share/man")
    assert plain_home.json("apply", "-y")["failed"] == 0
    plain_home.extra["PATH"] = f"{plain_home.path}/.local/bin:/usr/bin:/bin"
    for name in NAMES:
        assert plain_home.run("man", name).stdout.startswith(f"{name.upper()}(1)")
    assert plain_home.json("remove", "-y")["failed"] == 0
    assert tree(plain_home.path / ".local/share/man") == before
