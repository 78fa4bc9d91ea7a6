"""Which git folders make a workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.odd_workspaces import start


def test_a_git_folder_that_git_would_not_take_makes_no_workspace(made: Home, work: Path) -> None:
    """A stray one in a parent would open the whole parent."""
    (work / "mine").mkdir()
    (work / "other").write_text("not mine\n")
    for stray in ("", "HEAD", "HEAD objects", "objects refs"):
        for name in stray.split():
            (work / ".git" / name).mkdir(parents=True, exist_ok=True) if name != "HEAD" else None
        (work / ".git").mkdir(exist_ok=True)
        if "HEAD" in stray:
            (work / ".git/HEAD").write_text("ref: refs/heads/main\n")
        done = start(made, work / "mine", "--jail", "sh", "-c", "touch here; echo x >../other; touch ../x")
        assert (work / "other").read_text() == "not mine\n", (stray, done.stderr)
        shutil.rmtree(work / ".git")


def test_a_real_one_does(made: Home, work: Path) -> None:
    (work / "mine").mkdir()
    made.run("git", "init", "-q", cwd=work)
    assert start(made, work / "mine", "--jail", "touch", "../x").returncode == 0
    assert (work / "x").exists()


@pytest.mark.root
def test_somebody_elses_git_folder_in_a_shared_parent_makes_no_workspace() -> None:
    """`mkdir /shared/.git` by anybody: git itself refuses such a repository."""
    me, somebody = 4711, 4712
    with tempfile.TemporaryDirectory(dir="/srv") as shared:
        Path(shared).chmod(0o1777)
        code = (
            "import os, sys; sys.path.insert(0, sys.argv[1]); os.setuid(int(sys.argv[2]));"
            "from claude_local_setup.session.git.folders import is_work_tree;"
            "print(is_work_tree(os.open(sys.argv[3], os.O_PATH), os.getuid()))"
        )
        checkout = str(Path(__file__).resolve().parents[2])
        for owner, expected in ((somebody, "False"), (me, "True")):
            subprocess.run(["git", "init", "-q", shared], check=True, env={"PATH": os.environ["PATH"], "HOME": "/"})
            for path in (Path(shared), *Path(shared).rglob("*")):
                os.chown(path, owner, owner)
            words = [sys.executable, "-c", code, checkout, str(me), shared]
            assert subprocess.run(words, capture_output=True, text=True).stdout.strip() == expected
            shutil.rmtree(Path(shared) / ".git")
