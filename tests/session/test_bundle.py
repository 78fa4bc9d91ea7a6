"""The session program's modules in one file: left by the first start, used by the next, and no start depends on it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import installed
from tests.homes import SYSTEM_PYTHON, Home

WHO = (
    "import sys; sys.path.insert(0, sys.argv[1]); from session import bundle; used = bundle.use();"
    "from session.jail import rules; print(used, type(rules.__spec__.loader).__name__)"
)


@pytest.fixture
def home(plain_home: Home) -> Home:
    """Set up, and as yet without a bundle."""
    assert plain_home.json("apply", "-y")["failed"] == 0
    for file in bundles(plain_home):
        file.unlink()
    return plain_home


def bundles(home: Home) -> list[Path]:
    return list((installed.folder(home.path) / "__pycache__").glob("bundle.*[0-9]"))


def start(home: Home) -> None:
    assert home.local("--jail", "echo", "well", cwd=home.workspace()).stdout == "well\n"


def loader(home: Home) -> str:
    return home.run(SYSTEM_PYTHON, "-IS", "-c", WHO, str(installed.folder(home.path).parent)).stdout.strip()


def test_the_first_start_leaves_it_and_the_next_uses_it(home: Home) -> None:
    assert loader(home) == "False SourceFileLoader"
    start(home)
    (left,) = bundles(home)
    written = left.read_bytes()
    assert loader(home) == "True _Modules"
    start(home)
    assert left.read_bytes() == written
    assert home.json("apply", "-y")["changed"] == 0  # it is no drift


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, "cut", "without its end", "another Python's"])
def test_without_a_good_one_all_is_imported_as_ever(home: Home, content: bytes | str) -> None:
    start(home)
    (left,) = bundles(home)
    good = left.read_bytes()
    bad = {"cut": good[:1000], "without its end": good[:-1000], "another Python's": b"\xff" + good[1:]}
    left.write_bytes(content if isinstance(content, bytes) else bad[content])
    assert loader(home) == "False SourceFileLoader"
    start(home)


def test_a_folder_that_cannot_be_written_has_none_and_nothing_beside_it(home: Home) -> None:
    folder = installed.folder(home.path) / "__pycache__"
    before = sorted(folder.iterdir())
    folder.chmod(0o555)
    start(home)
    folder.chmod(0o755)
    assert sorted(folder.iterdir()) == before


def test_no_session_can_change_it(home: Home) -> None:
    start(home)
    (left,) = bundles(home)
    script = f"echo x >>'{left}'; rm -f '{left}'; mv '{left.parent}' '{left.parent}.old'; echo x >'{left.parent}/new'"
    home.local("--jail", "sh", "-c", script, cwd=home.workspace())
    assert loader(home) == "True _Modules"
    assert not (left.parent / "new").exists()


def test_a_session_that_outlives_its_program_does_not_bring_its_folder_back(home: Home) -> None:
    words = [str(home.path / ".local/bin/claude-local"), "--jail", "sh", "-c", "echo up; read x"]
    with subprocess.Popen(
        words, cwd=home.workspace(), env=home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as session:
        assert session.stdout
        assert session.stdout.readline() == "up\n"
        program = installed.folder(home.path).parent
        shutil.rmtree(program)
        session.communicate("go\n", timeout=60)
    assert session.returncode == 0
    assert not program.exists()


def test_a_start_imports_nothing_that_takes_long(home: Home) -> None:
    start(home)
    words = [SYSTEM_PYTHON, "-IS", "-X", "importtime", str(home.path / ".local/bin/claude-local"), "--jail", "true"]
    told = home.run(*words, cwd=home.workspace()).stderr
    imported = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert {"session.run.running", "ctypes"} <= imported
    slow = "json re enum collections contextlib functools typing dataclasses pathlib subprocess glob warnings socket"
    assert not imported & set(slow.split())
