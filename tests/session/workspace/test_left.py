"""What a session leaves is named, in any form: moved folders, git folders, links in them; nothing else is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.workspace.ends import session_of

EVIL = "mkdir -p made/objects made/refs; echo ref: refs/heads/main >made/HEAD; printf '[core]\\nfsmonitor = ./x\\n'"
LEFT = {
    "a folder that was moved": ("mv docs/x .vscode", ".vscode/tasks.json: VS Code obeys it"),
    "one that holds such a folder": ("mv docs/y sub", "sub/.idea/w.xml: the IDE obeys it"),
    "one that was touched since": ("mv docs/y sub; touch -d 2001-01-01 sub; touch sub/a", "sub/.idea/w.xml: the IDE"),
    "one moved away and another in its place": ("mv docs/z gone; mv docs/y docs/z", "docs/z/.idea/w.xml: the IDE"),
    "a folder that was copied with its times": ("cp -a docs/x .vscode", ".vscode/tasks.json: VS Code obeys it"),
    "a bare repository": ("git init -q --bare a/b; git -C a/b config core.fsmonitor ./x", "a/b/config: git obeys it"),
    "a bare repository by hand": (f"{EVIL} >made/config", "made/config: git obeys it"),
    "one among packages": (
        f"mkdir node_modules; cd node_modules; {EVIL} >made/config",
        "node_modules/made/config: git",
    ),
    "one that was moved": ("mv docs/repo here", "here/config: git obeys it"),
    "a hook in one": ("git init -q --bare b; echo x >b/hooks/post-update", "b/hooks/post-update: git runs it"),
    "a link in git's folder": ("ln -sf ../../.bashrc .git/COMMIT_EDITMSG", ".git/COMMIT_EDITMSG: git writes where it"),
    "a link in its logs": ("rm -rf .git/logs; mkdir .git/logs; ln -s ~/.profile .git/logs/HEAD", ".git/logs/HEAD: git"),
    "a todo": (
        "mkdir .git/rebase-merge; echo 'exec x' >.git/rebase-merge/git-rebase-todo",
        "git-rebase-todo: git runs",
    ),
    "a sequencer's todo": ("mkdir .git/sequencer; echo 'x touch y' >.git/sequencer/todo", "sequencer/todo: git runs"),
    "a pointer": ("mkdir w; echo 'gitdir: ../docs/repo' >w/.git", "w/.git: it tells git where to look"),
    "packages' commit hooks": ('echo \'{"lint-staged": {"*": "x"}}\' >package.json', "package.json: git runs it"),
}
LEFT |= {
    "an environment": ("python3 -m venv --without-pip .venv", "  .venv/bin: editors and git's hooks run it unasked"),
    "conflicts elsewhere": (
        "printf 'x\\t/etc/passwd\\0' >.git/MERGE_RR",
        "  .git/MERGE_RR: git reads, and writes, what",
    ),
    "a strategy": (
        "mkdir .git/sequencer; echo '[options] STRATEGY = file' >.git/sequencer/opts",
        "  .git/sequencer/opts: g",
    ),
    "packages' programs": (
        "mkdir -p a/node_modules/.bin; echo x >a/node_modules/.bin/eslint",
        "  a/node_modules/.bin: e",
    ),
}
SHAM = "mkdir -p {0}/objects {0}/refs; echo ref: refs/heads/main >{0}/HEAD; "
IN_SHAM, AT_ROOT = SHAM.format("s"), SHAM.format(".")
LEFT |= {
    "a hook of a submodule to be": (
        "mkdir -p .git/modules/x/hooks; echo x >.git/modules/x/hooks/post-merge",
        "git runs",
    ),
    "settings in a sham repository": (IN_SHAM + "mkdir s/.vscode; echo >s/.vscode/t", "s/.vscode/t: VS Code"),
    "a pointer in one": (IN_SHAM + "mkdir s/w; echo 'gitdir: x' >s/w/.git", "s/w/.git: it tells git where"),
    "the root as a sham repository": (AT_ROOT + "echo x >.envrc", "  .envrc: direnv runs it"),
    "the root as a repository": (AT_ROOT + "printf '[core]\\nfsmonitor = ./x\\n' >config", "  config: git obeys it"),
    "a folder that cannot be listed": ("mkdir .vscode; echo >.vscode/t; chmod 111 .vscode", "  .vscode: it cannot be"),
    "one that holds one": ("mkdir -p c/.vscode; echo >c/.vscode/t; chmod 111 c", "  c: it cannot be looked into"),
    "one that could be listed before": ("echo >docs/z/.envrc; chmod 111 docs/z", "  docs/z: it cannot be looked into"),
    "where a link leads that led nowhere": ("mkdir later; echo x >later/t", "  later/t: the IDE obeys it"),
    "a repository made of what was there": ("echo ref: refs/heads/main >docs/almost/HEAD", "docs/almost/config: git"),
    "hooks made of what was there": ("mkdir docs/few/refs", "docs/few/hooks/post-merge: git runs it"),
}
SILENT = {
    "nothing": "true",
    "work": "echo x >main.py; mkdir -p src; mv main.py src; rm -r docs/x docs/y; git add -A; git commit -qm x",
    "a branch": "git checkout -qb b; echo x >y; git add y; git commit -qm y; git checkout -q main; git merge -q b",
    "a rebase": "git checkout -qb other; echo x >y; git add y; git commit -qm y; git rebase -q main; git gc -q",
    "a worktree": "git worktree add -q .claude/worktrees/one; cd .claude/worktrees/one; echo x >y",
    "a new repository": "git init -q new; cd new; echo x >y; git add y; git commit -qm y",
    "a clone": "git clone -q . cloned",
    "packages": "mkdir -p node_modules/a/.vscode; echo '\"postinstall\":' >node_modules/a/package.json",
}


@pytest.fixture
def work(ready: Home) -> Path:
    """A repository that had all this before the session."""
    work = ready.workspace()
    ready.write(".gitconfig", "[user]\nname = a\nemail = a@b\n[init]\ndefaultBranch = main\n")
    for name in ("x/tasks.json", "y/.idea/w.xml", "z/plain"):
        ready.write(f"{work.name}/docs/{name}", "{}\n")
    (work / ".idea").symlink_to("later")
    for name in ("almost/objects/x", "almost/refs/x", "few/objects/x", "few/hooks/post-merge"):
        ready.write(f"{work.name}/docs/{name}", "x")
    ready.write(f"{work.name}/docs/almost/config", "[core]\n\tfsmonitor = ./x\n")
    ready.write(f"{work.name}/docs/few/HEAD", "ref: refs/heads/main\n")
    script = (
        "git init -q . && git init -q --bare docs/repo && git -C docs/repo config core.fsmonitor ./x && git add docs/x"
    )
    assert ready.run("sh", "-c", f"{script} && git commit -qm x", cwd=work).returncode == 0
    subprocess.run(["find", work, "-exec", "touch", "-hd", "2020-01-01", "{}", "+"], check=True)
    return work


@pytest.mark.parametrize("what", LEFT)
def test_what_a_session_left_is_named(ready: Home, work: Path, what: str) -> None:
    script, line = LEFT[what]
    said = session_of(ready, f"{script}; true")
    ready.run("chmod", "-R", "u+rwx", str(work))
    assert line in said


def test_that_not_all_was_looked_through_is_said(ready: Home, work: Path) -> None:
    (work / "docs/many").mkdir()
    for number in range(20_100):
        (work / f"docs/many/{number}").touch()
    assert "not all that this session left was looked through" in session_of(ready, "mv docs/many docs/more")


@pytest.mark.parametrize("what", SILENT)
def test_of_ordinary_work_nothing_is(ready: Home, work: Path, what: str) -> None:
    assert session_of(ready, SILENT[what]) == ""


def test_after_a_command_too(ready: Home, work: Path) -> None:
    assert ready.json("apply", "-y")["failed"] == 0
    done = ready.local("--jail", "sh", "-c", "echo x >.envrc; exit 3", cwd=work)
    assert done.returncode == 3
    assert "  .envrc: direnv runs it when you enter the folder" in done.stderr.splitlines()


def test_what_the_user_wrote_just_before_is_not(ready: Home, work: Path) -> None:
    assert ready.json("apply", "-y")["failed"] == 0
    script = 'for n in 1 2 3 4 5; do echo $n >sub.envrc; echo $n >"$1/.npmrc"; "$2" --jail true; done'
    done = ready.run("sh", "-c", script, "x", str(work), str(ready.path / ".local/bin/claude-local"), cwd=work)
    assert (done.stdout, done.stderr) == ("", "")
