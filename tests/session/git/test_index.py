"""An index as git reads it, in one go or by several threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from claude_local_setup.session.git.index import leads_out
from tests.homes import Home
from tests.session.git.forms import GITCONFIG, folder, git

MANY = 20_001  # git reads more than ten thousand for each thread


@pytest.fixture(scope="module")
def tree(made: Home) -> Path:
    made.write(".gitconfig", GITCONFIG + "[index]\n\tthreads = 2\n")
    tree = folder(made, made.workspace("at"))
    (tree / "many").mkdir()
    for number in range(MANY):
        (tree / f"many/{number}").touch()
    git(made, tree, "add", "-A")
    return tree


@pytest.mark.parametrize("version", ["2", "4"])
def test_one_whose_threads_would_read_something_else_leads_out(made: Home, tree: Path, version: str) -> None:
    index = tree / ".git/index"
    git(made, tree, "update-index", "--force-write-index", "--index-version", version)
    assert not leads_out(str(index))
    text = index.read_bytes()
    second = text.rindex(b"IEOT") + 12 + 8  # behind size and version, the first thread's place and number
    for change in (1, 72):
        place = int.from_bytes(text[second : second + 4], "big") + change
        index.write_bytes(text[:second] + place.to_bytes(4, "big") + text[second + 4 :])
        assert leads_out(str(index))
    index.write_bytes(text)


def test_a_split_one_does_not(made: Home, tree: Path) -> None:
    git(made, tree, "update-index", "--split-index")
    (tree / "another").touch()
    git(made, tree, "add", "another")
    assert [path.name for path in (tree / ".git").glob("*index*") if leads_out(str(path))] == []
