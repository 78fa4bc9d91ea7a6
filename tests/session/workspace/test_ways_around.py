"""Ways to have something obeyed that is not called what it is called for: in other folders, by links, in parts, beside
another session, below a config that reads differently; and honest work that looks like one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import Home, wait_until

START = {"hooks": {"SessionStart": [{"hooks": [{"command": "sh $CLAUDE_PROJECT_DIR/s/start.sh"}]}]}}
SHAM = 'mkdir -p {0}/objects {0}/refs; echo "ref: refs/heads/x" >{0}/HEAD; '
CONFLICT = "mkdir -p .git/rebase-merge; echo refs/heads/main >.git/rebase-merge/head-name; "
# name: (what was there before, what the sessions do one after the other, a line that the last one ends with)
WAYS: dict[str, tuple[str, list[str], str]] = {
    "hooks that are built like a repository": (
        "",
        [
            "git init -q sub; rm -rf sub/.git/hooks; "
            + SHAM.format("sub/.git/hooks")
            + "echo x >sub/.git/hooks/pre-commit"
        ],
        "sub/.git/hooks/pre-commit: git runs it",
    ),
    "a rebase that is": (
        "",
        [SHAM.format(".git/rebase-merge") + "echo x/evil >.git/rebase-merge/strategy"],
        ".git/rebase-merge/strategy: ",
    ),
    "objects that are": (
        "",
        [
            "git init -q s; echo 'ref: x' >s/.git/objects/HEAD; mkdir s/.git/objects/objects s/.git/objects/refs;"
            " echo /etc >s/.git/objects/info/alternates"
        ],
        "s/.git/objects/info/alternates: ",
    ),
    "a number that a prompt runs": (
        "",
        [CONFLICT + "echo '$(touch x)' >.git/rebase-merge/msgnum"],
        ".git/rebase-merge/msgnum: your shell's prompt",
    ),
    "another that one does": (
        "",
        ["mkdir .git/rebase-apply; echo '`x`' >.git/rebase-apply/next"],
        ".git/rebase-apply/next: your shell's",
    ),
    "an option of am": (
        "",
        ["mkdir .git/rebase-apply; echo \" '--build-fake-ancestor=/x'\" >.git/rebase-apply/apply-opt"],
        ".git/rebase-apply/apply-opt: git am or rebase",
    ),
    "a conflict behind a link": (
        "",
        ["ln -s ~/outside dd; printf 'x\\tdd/conf\\0' >.git/MERGE_RR"],
        ".git/MERGE_RR: git reads, and writes",
    ),
    "a stash that comes by itself": ("", ["echo x >.git/MERGE_AUTOSTASH"], ".git/MERGE_AUTOSTASH: git puts what is in"),
    "a file of somebody else's in git's folder": ("", ["echo x >.git/lazygit.yml"], ".git/lazygit.yml: git's folder"),
    "a hook that is a link": (
        "mkdir tools; echo >tools/pc; cd .git/hooks; ln -s ../../tools/pc pre-commit; ln -s ../../tools/new update",
        ["echo x >tools/new"],
        "tools/new: git runs it at your next commit, as .git/hooks/update",
    ),
    "a link in a folder that is named": (
        "mkdir -p pk/.husky tools; echo >tools/pc; ln -s ../../tools/pc pk/.husky/pre-commit",
        ["echo x >tools/pc"],
        "tools/pc: git's hooks run it at your next commit, as pk/.husky/pre-commit",
    ),
    "a new link to a folder": ("", ["mkdir h; echo x >h/hgrc; ln -s h .hg"], "h/hgrc: Mercurial runs"),
    "one to what was there": (
        "mkdir h; echo x >h/settings.json",
        ["ln -s h .claude"],
        ".claude: claude runs the hooks",
    ),
    "one further down": (
        "mkdir h; echo x >h/config.toml",
        ["mkdir s; ln -s ../h s/.cargo"],
        "s/.cargo: cargo obeys it",
    ),
    "a folder that is closed": (
        "mkdir .husky",
        ["echo x >.husky/pre-commit; chmod 400 .husky"],
        ".husky: it cannot be",
    ),
    "and opened later": (
        "mkdir .husky",
        ["echo x >.husky/pre-commit; chmod 400 .husky", "chmod 755 .husky"],
        ".husky/pre-commit: git's hooks",
    ),
    "a hook in another work tree": (
        "git config core.hooksPath tools/hooks; git worktree add -q wt",
        ["mkdir -p wt/tools/hooks; echo x >wt/tools/hooks/pre-commit"],
        "wt/tools/hooks/pre-commit: git runs it",
    ),
    "a program in a nested repository": (
        "git init -q n; git -C n config filter.z.clean 'python3 clean.py'",
        ["echo x >n/clean.py"],
        "n/clean.py: git runs it",
    ),
    "a config in a nested repository": (
        "git init -q n; git -C n config include.path ../.gitconf",
        ["echo '[core] pager=./x' >n/.gitconf"],
        "n/.gitconf: git obeys it",
    ),
    "a program by the work tree's path": (
        "git config filter.z.clean '\"$(git rev-parse --show-toplevel)/tools/a.sh\"'",
        ["mkdir tools; echo x >tools/a.sh"],
        "tools/a.sh: git runs it",
    ),
    "by a variable": (
        "git config core.pager '$PWD/tools/d.sh -x'",
        ["mkdir tools; echo x >tools/d.sh"],
        "tools/d.sh: git",
    ),
    "by two steps": (
        "git config alias.x '!cd tools && ./b.sh'",
        ["mkdir tools; echo x >tools/b.sh"],
        "tools/b.sh: git",
    ),
    "as a module": ("git config alias.x '!python3 -m tools.m'", ["mkdir tools; echo x >tools/m.py"], "tools/m.py: git"),
    "an alias that is called url": (
        "git config alias.url '!tools/u.sh'",
        ["mkdir tools; echo >tools/u.sh"],
        "tools/u.sh: git",
    ),
    "an include of an include": (
        "git config includeIf.onbranch:x.path ../inc1; printf '[include]\\n\\tpath = inc2\\n' >inc1",
        ["echo '[core] pager=./x' >inc2"],
        "inc2: git obeys it",
    ),
    "install scripts in other letters": (
        "",
        ['echo \'{"scripts": {"p\\u0072einstall": "x"}}\' >package.json'],
        "package.json: npm runs its install",
    ),
    "dependencies' script": (
        "",
        ['echo \'{"scripts": {"dependencies": "x"}}\' >package.json'],
        "package.json: npm runs",
    ),
    "what a hook of claude's names": (
        f"mkdir .claude s; echo '{json.dumps(START)}' >.claude/settings.json",
        ["echo x >s/start.sh"],
        "s/start.sh: something that is obeyed names it",
    ),
    "what .envrc sources": (
        "echo 'source env.sh' >.envrc",
        ["echo x >env.sh"],
        "env.sh: something that is obeyed names it",
    ),
    "what a hook of git's starts": (
        "echo './s/check.sh --all' >.git/hooks/pre-push",
        ["mkdir s; echo x >s/check.sh"],
        "s/check.sh: something that",
    ),
    "an index below a quoted format": (
        "",
        ["git init -q --object-format=sha256 s; sed -i 's/= sha256/= \"sha256\"/' s/.git/config"],
        "s/.git/config: git",
    ),
    "a repository of others": ("", ["git init -q s; git -C s remote add o ~/private"], "s/.git/config: git obeys it"),
    "a link that leads out": (
        "",
        ["ln -s ~/private/x .gitattributes"],
        ".gitattributes: what is written to it is written",
    ),
    "a link instead of a work tree": (
        "git worktree add -q a/b",
        ["rm -rf a; ln -s ~/private a"],
        "  a: what is written to it is written there",
    ),
}
REBASING = (
    "echo 1 >f; git add f; git commit -qm 1; git checkout -qb o; echo 2 >f; git commit -qam 2; git checkout -q -;"
    " echo 3 >f; git commit -qam 3; "
)
WAYS |= {
    "a remote that is an option": (
        "",
        ["git init -q s; printf '[remote \"--upload-pack=x\"]\\n\\turl = .\\n' >>s/.git/config"],
        "s/.git/config: git",
    ),
    "a partial clone of one": (
        "",
        ["git init -q s; git -C s config extensions.partialclone -- --upload-pack=x"],
        "s/.git/config: git obeys it",
    ),
    "a branch of a repository elsewhere": (
        "",
        ["git init -q s; git -C s config branch.main.remote ../../../private"],
        "s/.git/config: git obeys it",
    ),
    "an address with a colon": (
        "",
        ["git init -q s; git -C s remote add o a/b:c/../../../../../private"],
        "s/.git/config: git obeys it",
    ),
    "a repository in two steps": (
        "git worktree add -q wt",
        [
            "H=.git/worktrees/wt; mkdir $H/rebase-merge; echo exec x >$H/rebase-merge/git-rebase-todo; mv $H/HEAD keep",
            "mv keep .git/worktrees/wt/HEAD",
        ],
        ".git/worktrees/wt/rebase-merge/git-rebase-todo: git runs",
    ),
    "options of a strategy": (
        REBASING,
        ["git rebase o; echo ' --index-output=x' >.git/rebase-merge/strategy_opts"],
        ".git/rebase-merge/strategy_opts: git runs",
    ),
    "a link to the root": ("", ["echo x >config.toml; ln -s . .cargo"], "config.toml: cargo obeys it"),
    "one to what holds it": ("mkdir -p s; echo x >s/config.toml", ["ln -s . s/.cargo"], "s/.cargo: cargo obeys it"),
    "a link on the way of another": (
        "ln -s ../../tools/pc .git/hooks/pre-commit",
        ["mkdir b; echo x >b/pc", "ln -s b tools"],
        ".git/hooks/pre-commit: git runs it at your next commit, and it leads to another file now",
    ),
    "a link into git's folder": ("", ["ln -s .git/hooks a"], "  a: what is written to it is written there"),
    "two work trees": (
        "",
        [
            "mkdir -p .git/modules/s; printf '[core]\\n\\tworktree = ../../../s\\n\\tworktree = ../../../a\\n'"
            " >.git/modules/s/config"
        ],
        ".git/modules/s/config: git obeys it",
    ),
    "an option of am that never ends": (
        "",
        [
            "mkdir .git/rebase-apply; cd .git/rebase-apply;"
            " (for i in $(seq 40); do printf ' --include=a'; done; echo \" '\") >apply-opt"
        ],
        ".git/rebase-apply/apply-opt: git am",
    ),
    "beside a very deep folder": (
        "",
        ["R=$PWD; mkdir d; cd d; for i in $(seq 1200); do mkdir a; cd a; done; touch x; cd $R; echo x >.envrc"],
        ".envrc: direnv runs it",
    ),
}
HONEST: dict[str, tuple[str, str]] = {
    "a sparse index": (
        "mkdir a b; echo >a/x; echo >b/x; git add .; git commit -qm x; git sparse-checkout set --cone --sparse-index a",
        "echo y >a/x; git add a/x; git commit -qm y",
    ),
    "clones with submodules": (
        "git init -q ../s; git -C ../s commit -q --allow-empty -m x; git clone -q ../s n; git -C n remote rm origin",
        "git clone -q --recurse-submodules . cloned",
    ),
    "a work tree in /tmp": ("", "git worktree add -q /tmp/x; cd /tmp/x; git commit -q --allow-empty -m x"),
    "very many new files": ("", "mkdir -p many; cd many; seq 25000 | xargs touch"),
    "a rebase that waits": (
        "echo 1 >f; git add f; git commit -qm 1; git checkout -qb o; echo 2 >f; git commit -qam 2; git checkout -q -;"
        " echo 3 >f; git commit -qam 3",
        "git rebase o; git status; git rebase --abort; git rebase --apply o; git rebase --abort; git merge o; true",
    ),
    "an am that waits": (
        "echo 1 >f; git add f; git commit -qm 1; echo 2 >f; git commit -qam 2; git format-patch -q -1 -o p; echo 3 >f;"
        " git commit -qam 3",
        "git am -3 --whitespace=fix p/*; git am p/* --reject; true",
    ),
    "links within, and to the system": (
        "",
        "mkdir a; ln -s a b; ln -s /usr/bin/env e; ln -s /dev/null n; ln -s /nowhere w",
    ),
    "what only reads or is a template": (
        "git config alias.v '!jq .version package.json'; mkdir .claude; echo '{}' >package.json; echo >src.py;"
        ' echo \'{"permissions": {"allow": ["Edit(./src.py)"]}}\' >.claude/settings.json;'
        " echo 'grep -q x ./src.py' >.git/hooks/pre-push; git config core.attributesFile ./at",
        "echo '{} ' >package.json; echo y >src.py; mkdir t; echo '{{ a }}' >t/package.json; echo x >at",
    ),
    "an am in a folder with a dot": (
        "echo 1 >f; git add f; git commit -qm 1; echo 2 >f; git commit -qam 2; git format-patch -q -1 -o p; mkdir .x",
        "git am --directory=.x p/*; true",
    ),
    "a pick, a bisect, notes": (
        "git commit -q --allow-empty -m 2",
        "git bisect start -q HEAD HEAD~1; git notes add -m x; git cherry-pick --allow-empty -q HEAD~1; git gc -q",
    ),
}


@pytest.fixture(scope="module")
def settled(made: Home) -> Iterator[Home]:
    made.write(".gitconfig", "[user]\nname = a\nemail = a@b\n[init]\ndefaultBranch = main\n")
    yield made
    (made.path / ".gitconfig").unlink()


@pytest.fixture
def repository(settled: Home, work: Path) -> Path:
    """As somebody has it: with a commit."""
    (settled.path / "private").mkdir(exist_ok=True)
    outside(settled, work, "mkdir repo; cd repo; git init -q; git commit -q --allow-empty -m x")
    return work / "repo"


def outside(home: Home, cwd: Path, script: str) -> None:
    done = home.run("sh", "-c", script, cwd=cwd)
    assert done.returncode == 0, done.stderr


def session(home: Home, work: Path, script: str) -> str:
    return home.local("--jail", "sh", "-c", script, cwd=work).stderr


@pytest.mark.parametrize("way", WAYS)
def test_a_way_around_is_named(settled: Home, repository: Path, way: str) -> None:
    before, scripts, line = WAYS[way]
    outside(settled, repository, f"set -e; {before}")
    said = ""
    for script in scripts:
        said = session(settled, repository, script)
    settled.run("chmod", "-R", "u+rwx", str(repository))
    settled.run("rm", "-rf", str(repository / "d"))
    assert any(found.strip().startswith(line.strip()) for found in said.splitlines()), said


@pytest.mark.parametrize("what", HONEST)
def test_honest_work_is_not(settled: Home, repository: Path, what: str) -> None:
    before, script = HONEST[what]
    outside(settled, repository, f"set -e; {before}")
    done = settled.local("--jail", "sh", "-c", f"exec 2>/dev/null; {script}", cwd=repository)
    assert done.stderr == ""


KEPT = {
    "a hook's target": ("mkdir t; echo mine >t/x; ln -s ../../t/x .git/hooks/pre-commit", "t/x"),
    "an editor's file": ("mkdir t .vscode; echo mine >t/x; ln -s ../t/x .vscode/tasks.json", "t/x"),
    "a skill's folder": ("mkdir -p t .claude/skills; echo mine >t/x; ln -s ../../t .claude/skills/foo", "t/x"),
    "a nested program": ("git init -q n; git -C n config filter.z.clean ./t; echo mine >n/t", "n/t"),
    "a program by variable": ("mkdir t; echo mine >t/x; git config core.pager '$PWD/t/x -'", "t/x"),
    "a program by its whole path": ("mkdir t; echo mine >t/x; git config core.pager $PWD/t/x", "t/x"),
    "a module": ("mkdir t; echo mine >t/x.py; git config alias.x '!python3 -m t.x'", "t/x.py"),
    "an include of an include": (
        "git config includeIf.onbranch:x.path ../i; printf '[include]\\n\\tpath = j\\n' >i; echo mine >j",
        "j",
    ),
}


@pytest.mark.parametrize("what", KEPT)
def test_what_is_there_of_it_is_read_only(settled: Home, repository: Path, what: str) -> None:
    before, file = KEPT[what]
    outside(settled, repository, f"set -e; {before}")
    top = file.partition("/")[0]
    session(settled, repository, f"echo x >>{file}; rm -f {file}; mv {top} gone; mkdir {top}; echo x >{file}")
    assert (repository / file).read_text() == "mine\n"


def test_many_links_in_a_read_only_folder_are_no_more_mounts(settled: Home, repository: Path) -> None:
    outside(
        settled, repository,
        "mkdir -p .vscode/a .vscode/b t; for i in $(seq 300); do echo >.vscode/a/$i; ln -s ../a/$i .vscode/b/$i;"
        " echo mine >t/$i; ln -s ../../t/$i .vscode/b/t$i; done",
    )  # fmt: skip
    done = settled.local("--jail", "sh", "-c", "wc -l </proc/self/mountinfo; echo x >t/7", cwd=repository)
    assert int(done.stdout) < 500
    assert (repository / "t/7").read_text() == "mine\n"


def test_what_another_has_told_is_told_again_where_it_is_something_else(settled: Home, repository: Path) -> None:
    words = [str(settled.path / ".local/bin/claude-local"), "--jail", "sh", "-c"]
    wait = "touch up; while [ ! -e go ]; do sleep 0.1; done; echo evil >.husky/pre-commit"
    other = subprocess.Popen([*words, wait], cwd=repository, env=settled.env, stderr=-1, text=True)
    wait_until((repository / "up").exists, seconds=30)
    said = session(settled, repository, "mkdir .husky; echo benign >.husky/pre-commit; echo x >.envrc")
    assert said.count("\n  ") == 2
    (repository / "go").touch()
    assert [line[:20] for line in other.communicate(timeout=60)[1].splitlines()[1:]] == ["  .husky/pre-commit:"]


def test_nor_between_a_workspace_and_one_in_it(settled: Home, repository: Path) -> None:
    outside(settled, repository, "git init -q n; git -C n commit -q --allow-empty -m x")
    words = [str(settled.path / ".local/bin/claude-local"), "--jail", "sh", "-c"]
    make = "mkdir n/.husky; echo x >n/.husky/pre-commit; touch n/made; while [ ! -e n/both ]; do sleep 0.1; done"
    one = subprocess.Popen([*words, f"{make}; mv n/.husky n/x; touch n/away"], cwd=repository, env=settled.env)
    wait_until((repository / "n/made").exists, seconds=30)
    put = "touch both; while [ ! -e away ]; do sleep 0.1; done; sleep 1; mv x .husky"
    other = subprocess.Popen([*words, put], cwd=repository / "n", env=settled.env, stderr=-1, text=True)
    one.wait(timeout=60)
    assert "  .husky/pre-commit: git's hooks run it" in other.communicate(timeout=60)[1]


def test_what_one_session_makes_another_cannot_put_in_its_place(settled: Home, repository: Path) -> None:
    words = [str(settled.path / ".local/bin/claude-local"), "--jail", "sh", "-c"]
    make = "mkdir .husky; echo x >.husky/pre-commit; touch made; while [ ! -e both ]; do sleep 0.1; done; mv .husky x"
    one = subprocess.Popen([*words, make], cwd=repository, env=settled.env, stderr=-1, text=True)
    wait_until((repository / "made").exists, seconds=30)
    put = "touch both; while [ ! -e ended ]; do sleep 0.1; done; mv x .husky"
    other = subprocess.Popen([*words, put], cwd=repository, env=settled.env, stderr=-1, text=True)
    assert ".husky" not in one.communicate(timeout=60)[1]
    (repository / "ended").touch()
    assert "  .husky/pre-commit: git's hooks run it" in other.communicate(timeout=60)[1]


def test_a_damaged_repository_does_not_make_a_larger_one_the_workspace(settled: Home, repository: Path) -> None:
    outside(settled, repository, "git init -q n; git -C n commit -q --allow-empty -m x; git worktree add -q wt")
    for inner, hide in (("n", "mv .git/HEAD .git/H"), ("wt", "rm $(git rev-parse --git-dir)/HEAD")):
        session(settled, repository / inner, hide)
        done = settled.local("--jail", "touch", "../planted", cwd=repository / inner)
        assert done.returncode == 1
        assert f"{repository}/{inner}/.git is no valid repository any more" in done.stderr
    assert not (repository / "planted").exists()
    assert settled.local("--jail", "true", cwd=repository).returncode == 0


def test_a_report_of_any_size_is_kept(settled: Home, repository: Path) -> None:
    flood = "n=$(printf %0150d 0); for i in $(seq 6000); do mkdir -p f/$n$i; echo x >f/$n$i/.envrc; done"
    said = session(settled, repository, f"{flood}; mkdir sub; echo x >sub/.mcp.json")
    assert "  and 5981 more: claude-local --explain" in said
    assert settled.local("--explain", cwd=repository).stdout.count("left ") == 6001


def test_an_index_that_needs_more_memory_than_there_is_is_named(settled: Home, repository: Path) -> None:
    (repository / "bomb.py").write_text(BOMB)
    said = session(settled, repository, "git init -q s; python3 bomb.py >s/.git/index; echo x >.envrc")
    assert "  s/.git/index: git writes what it names outside" in said
    assert "  .envrc: direnv runs it" in said


BOMB = """
import os
name = b"x" * 32000
entry = bytes(24) + (0o100644).to_bytes(4, "big") + bytes(32)
out = b"DIRC" + (4).to_bytes(4, "big") + (150001).to_bytes(4, "big")
out += entry + b"\\x0f\\xff" + b"\\0" + name + b"\\0" + (entry + b"\\x0f\\xff" + b"\\0" + b"\\0") * 150000
os.write(1, out) if False else os.fdopen(1, "wb").write(out)
"""


def test_where_it_cannot_be_kept_the_session_is_reported_on_again(settled: Home, repository: Path) -> None:
    """A full disk, where no terminal shows it."""
    state = settled.path / ".claude-local/workspaces"
    session(settled, repository, "true")
    (folder,) = [path for path in state.iterdir() if path.name.endswith(f"{repository.parent.name},repo")]
    for name in ("unseen", "unsaid"):
        (folder / name).mkdir()
    session(settled, repository, "echo x >.envrc")
    for name in ("unseen", "unsaid"):
        (folder / name).rmdir()
    left = settled.local("--explain", cwd=repository).stdout
    assert "left       .envrc: direnv runs it" in left, json.dumps([path.name for path in folder.iterdir()])
