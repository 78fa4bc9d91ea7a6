"""git in the jail: it works in repositories, linked worktrees and submodules, and what it would run outside is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from claude_local_setup.session.git.settings import INSTEAD
from tests.homes import Home


@pytest.fixture
def repository(home: Home) -> Path:
    """A repository with one commit, in a home where claude-local is set up; git knows who the user is."""
    assert home.json("apply", "-y")["failed"] == 0
    home.write(".gitconfig", '[user]\nname = You\nemail = you@localhost\n[protocol "file"]\nallow = always\n')
    repository = home.workspace("main")
    git(home, repository, "init", "-q", "-b", "main")
    git(home, repository, "commit", "-q", "--allow-empty", "-m", "first")
    return repository


def git(home: Home, folder: Path, *words: str) -> str:
    done = home.run("git", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def works(home: Home, folder: Path, script: str) -> bool:
    return home.local("--jail", "sh", "-c", script, cwd=folder).returncode == 0


def test_commit_branch_and_worktree_work_and_carry_the_users_name(home: Home, repository: Path) -> None:
    script = "echo x >file && git add file && git commit -qm second && git branch other && git worktree add -q wt other"
    assert works(home, repository, script)
    assert git(home, repository, "log", "-1", "--format=%an %ae %s") == "You you@localhost second"
    assert (repository / "wt/file").read_text() == "x\n"


def test_in_a_linked_worktree_commits_land_and_the_main_ones_rules_hold(home: Home, repository: Path) -> None:
    linked = home.path / "linked"
    git(home, repository, "worktree", "add", "-q", str(linked), "-b", "other")
    assert works(home, linked, "git commit -q --allow-empty -m second")
    assert git(home, repository, "log", "-1", "--format=%s", "other") == "second"
    for path in (".git/hooks/pre-commit", ".git/config", "file"):
        assert not works(home, linked, f"echo x >>../main/{path}"), path
    assert not works(home, linked, "mv ../main/.git/hooks ../main/.git/moved")


def test_in_a_submodule_commits_land_and_its_rules_hold(home: Home, repository: Path) -> None:
    outer = home.workspace("outer")
    git(home, outer, "init", "-q")
    git(home, outer, "submodule", "--quiet", "add", str(repository), "sub/module")
    inner = outer / "sub/module"
    assert works(home, inner, "git commit -q --allow-empty -m second")
    assert git(home, inner, "log", "-1", "--format=%s") == "second"
    for path in (".git/modules/sub/module/hooks/pre-commit", ".git/modules/sub/module/config", ".git/config", "file"):
        assert not works(home, inner, f"echo x >>../../{path}"), path
        if path != "file":
            assert not works(home, outer, f"echo x >>{path}"), path


@pytest.mark.parametrize(
    "planted", ["gitdir: ../main/.git", "gitdir: ../.ssh", "gitdir: ../main/.git/worktrees/linked"]
)
def test_a_planted_git_file_opens_no_folder_for_writing(home: Home, repository: Path, planted: str) -> None:
    home.write(".ssh/id_ed25519", "secret")
    git(home, repository, "worktree", "add", "-q", str(home.path / "linked"), "-b", "other")
    work = home.workspace("hostile")
    home.write("hostile/.git", planted + "\n")
    for path in ("main/.git/x", "main/.git/worktrees/linked/x", ".ssh/x"):
        assert not works(home, work, f"echo x >>../{path}"), path
    assert not works(home, work, "grep -rs secret ../.ssh")


def test_a_remotes_branch_is_checked_out_without_a_word_about_its_config(home: Home, repository: Path) -> None:
    """git would have the branch follow it, which is written into config."""
    git(home, repository, "branch", "theirs")
    for words in ("checkout -q theirs", "switch -qc mine origin/theirs", "worktree add -q wt origin/theirs"):
        clone = home.path / "clone"
        git(home, repository, "clone", "-q", ".", str(clone))
        done = home.local("--jail", "git", *words.split(), cwd=clone)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        home.run("rm", "-rf", str(clone))


FORMS = {
    "git -c NAME=VALUE COMMAND": "git -c user.name=Other commit -q --allow-empty -m x && git log -1 --format=%an",
    "git switch -c NEW && git branch -D OLD": "git switch -qc new && git branch -qD main && git branch --show-current",
    "git push REMOTE HEAD": "git push -q origin HEAD && git ls-remote origin main | cut -f2",
    INSTEAD[-1][1]: "git submodule foreach -q 'git checkout -q $sha1; git log -1 --format=%s'",
    "git checkout -b NAME REMOTE/NAME": "git checkout -qb theirs origin/theirs && git branch --show-current",
}
SAID = {
    "git -c": "Other\n",
    "git sw": "new\n",
    "git pu": "refs/heads/main\n",
    "git ch": "theirs\n",
    "git su": "first\n",
}


def test_what_it_says_to_use_instead_of_commands_that_write_config_works(home: Home, repository: Path) -> None:
    told = (home.path / ".claude-local/CLAUDE.md").read_text()
    clone = home.path / "clone"
    for (refused, form), number in zip(INSTEAD, range(9), strict=False):
        assert " ".join(told.split()).count(f"`{refused}` `{form}`") == 1
        where = clone.with_name(f"clone {number}")
        git(home, repository, "branch", "-f", "theirs")
        git(home, repository, "clone", "-q", ".", str(where))
        git(home, where, "clone", "-q", "--bare", ".", "there")
        git(home, where, "remote", "set-url", "origin", "there")
        git(home, where, "submodule", "--quiet", "add", str(repository), "lib")
        git(home, where, "commit", "-qm", "a submodule")
        git(home, where / "lib", "commit", "-q", "--allow-empty", "-m", "another")
        done = home.local("--jail", "sh", "-c", FORMS[form], cwd=where)
        assert done.returncode == 0, done.stderr
        assert done.stdout == SAID[form[:6]]
        assert f"git        not {refused}: {form}\n" in home.local("--explain", cwd=where).stdout
