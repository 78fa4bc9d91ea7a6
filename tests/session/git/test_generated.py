"""Repositories of any kind: a hostile session leaves nothing in them that git would run or write unnamed; an honest one
gets from git what it gets outside."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from claude_local_setup.session.words import printable
from tests.homes import Home
from tests.session.git.drawn import Drawn, repositories, with_a_fixture
from tests.session.git.forms import GITCONFIG
from tests.session.git.hostile import PLANTS

HOSTILE = Path(__file__).with_name("hostile.py")
WANTED = os.environ.get("CLAUDE_LOCAL_TEST_EXAMPLES")  # so many others, at random; else always the same
drawn = settings(
    max_examples=int(WANTED or 20), derandomize=not WANTED, deadline=None, print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
OUTSIDE = (
    "git checkout .", "git status", "git add -A", "git commit -m x", "git checkout -b after", "git checkout -f",
    "git fetch --all", "git rebase --continue", "git diff", "git stash", "git stash pop", "git log -1", "git gc -q",
)  # fmt: skip
plants = st.lists(st.tuples(st.sampled_from(list(PLANTS)), st.integers(0, 9)), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def ready(made: Home) -> Home:
    made.write(".gitconfig", GITCONFIG + "[core]\n\teditor = true\n\tpager = cat\n")
    return made


@contextmanager
def somewhere(home: Home) -> Iterator[Path]:
    at = home.path / "at"  # always the same: git keeps paths
    at.mkdir()
    try:
        yield at
    finally:
        home.run("chmod", "-R", "u+rwx", str(at))
        shutil.rmtree(at)


@drawn
@given(repositories, plants)
@example(Drawn("a folder", (), "plain"), [("link COMMIT_EDITMSG", 0), ("todo", 0)])
@example(Drawn("a folder", ("rebasing",), "plain"), [("todo", 0)])
@example(Drawn("a folder", ("own_driver",), "plain"), [("driver", 0)])
@example(Drawn("a folder", ("rebasing",), "plain"), [("strategy", 0)])
@example(Drawn("a folder", (), "plain"), [("quoted_tree_elsewhere", 0)])
@example(Drawn("a folder", (), "plain"), [("common_without_a_head", 0)])
@example(Drawn("a folder", (), "plain"), [("of_files", 0)])
@example(Drawn("a folder", (), "plain"), [("index", 0)])
@example(Drawn("a folder", (), "plain"), [("index_by_lengths", 0)])
@example(Drawn("a folder", (), "plain"), [("in_its_refs", 0)])
@example(Drawn("a folder", (), "plain"), [("tree_in_a_git_folder", 0)])
def test_after_a_hostile_session_git_outside_does_nothing_that_was_not_named(
    ready: Home, repository: Drawn, planted: list[tuple[str, int]]
) -> None:
    with somewhere(ready) as at:
        tree = repository.made(ready, at)
        wanted = [(name, number, canary(at, place), victim(at, place)) for place, (name, number) in enumerate(planted)]
        fixture = canary(at, "of-the-fixture")
        with_a_fixture(tree, fixture)
        done = ready.local("--jail", "python3", "-c", HOSTILE.read_text(), str(tree), json.dumps(wanted), cwd=tree)
        assert done.returncode == 0, done.stderr
        left = json.loads(done.stdout)
        for place in places(at, tree / "docs/evil"):
            for command in OUTSIDE:
                ready.run("timeout", "30", *command.split(), cwd=place)
        for _, _, program, file in wanted:
            if Path(f"{program}.ran").exists() or Path(file).read_text() != "mine\n":
                assert is_named(left.get(program, []), tree, done.stderr), (program, done.stderr)
        if Path(f"{fixture}.ran").exists():
            assert is_named([path for paths in left.values() for path in paths], tree, done.stderr), done.stderr


def canary(at: Path, name: int | str) -> str:
    program = at / f"canary-{name}"
    program.write_text(f"#!/bin/sh\ntouch '{program}.ran'\ncat\n")
    program.chmod(0o755)
    return str(program)


def victim(at: Path, number: int) -> str:
    file = at / f"victims{number}" / "file"
    file.parent.mkdir()
    file.write_text("mine\n")
    return str(file)


def places(at: Path, fixture: Path) -> list[Path]:
    """Where somebody may use git: each work tree, and each folder that git would take for a repository; but for one."""
    return [
        Path(folder)
        for folder, folders, names in os.walk(at)
        if (".git" in [*folders, *names] or ("HEAD" in names and "objects" in folders)) and Path(folder) != fixture
    ]


def is_named(paths: Sequence[str], tree: Path, said: str) -> bool:
    named = [line[2:] for line in said.splitlines() if line.startswith("  ")]
    wanted = [printable(str(path).removeprefix(f"{tree}/")) for path in paths]
    return any(line.startswith(f"{path}: ") for line in named for path in wanted)


OPS = {
    "commit": "echo more >>file; git add file; git commit -qm more",
    "branch": "git checkout -qb new; echo new >>file; git commit -qam new",
    "back": "git checkout -q -",
    "stash": "echo stashed >>file; git stash -q; git stash pop -q; git checkout -q file",
    "merge": "git checkout -qb s; echo s >s; git add s; git commit -qm s; git checkout -q -; git merge -q s",
    "rebase": "git checkout -qb u; echo u >u; git add u; git commit -qm u; git checkout -q -; git rebase -q u",
    "worktree": "git worktree add -q -b w .w; cd .w; echo w >w; git add w; git commit -qm w; git worktree remove ../.w",
    "kept worktree": "git worktree add -q -b k .kept; (cd .kept; echo k >k; git add k; git commit -qm k)",
    "continue": "echo solved >file; git add file; git -c core.editor=true rebase --continue",
    "abort": "git rebase --abort",
    "clone": "git clone -q . cloned && rm -rf cloned/.git/refs/remotes && rm -rf other && git clone -q . other",
    "tag": "git tag -f v1; git tag -fa v2 -m v2",
    "clean": "git clean -qfd -e .kept -e fixtures",  # a repository of those cannot be removed in a session
    "remove": "git rm -q --cached file; git commit -qm removed; git add file; git commit -qm again",
    "amend": "git commit -q --amend -m amended --allow-empty",
    "pick": "git cherry-pick --allow-empty -q HEAD || git cherry-pick --abort",
    "gc": "git -c gc.reflogExpire=never -c gc.reflogExpireUnreachable=never gc -q; git fsck --no-progress",
    "submodule": "git submodule foreach -q 'git checkout -q $sha1'; git submodule status",  # update writes its config
    "in one": "cd nested/work && echo n >n && git add n && git commit -qm n",
    "large": "echo large >large.bin; git add large.bin; git commit -qm large; git lfs ls-files -s",
    "bisect": "git bisect start -q HEAD; git bisect reset -q",
    "switch": "git switch -q --detach; git switch -q -",
    "notes": "git notes add -fm note",
    "reflog": "git reflog expire --expire=now HEAD; git reflog",
}
NOON = "2001-01-01T12:00:00Z"  # always: then the same work has the same hashes
TIMES = {"GIT_AUTHOR_DATE": NOON, "GIT_COMMITTER_DATE": NOON}
# An LFS file whose attributes have changed is modified or not by the clock: git looks at it anew where it may be racy.
STATE = """git status --porcelain | grep -v '^ M large.bin$'; git for-each-ref; git log --all --format='%h %s' | sort
git ls-files -s; git config --local --list | grep -v ^lfs.repository | sort"""


@drawn
@given(repositories, st.lists(st.sampled_from(list(OPS)), min_size=1, max_size=6))
def test_an_honest_session_gets_from_git_what_it_gets_outside(ready: Home, repository: Drawn, ops: list[str]) -> None:
    said = []
    set_clock = "".join(f"export {name}={value}\n" for name, value in TIMES.items())
    home = Home(ready.path, TIMES)
    for is_jailed in (True, False):
        with somewhere(ready) as at:
            tree = repository.made(home, at)
            script = set_clock + "".join(f"({OPS[name]}) 2>&1; echo {name}: $?\n" for name in ops) + STATE
            done = (
                ready.local("--jail", "sh", "-c", script, cwd=tree)
                if is_jailed
                else ready.run("sh", "-c", script, cwd=tree)
            )
            said.append(sorted(done.stdout.replace(str(at), "AT").splitlines()))  # git writes by two streams
            if is_jailed:
                assert "this session made" not in done.stderr, done.stderr
                assert "claude-local: " not in done.stderr, done.stderr
    assert said[0] == said[1]
