"""git in every form in which a work tree can be tied to its repository: it works, and what it would run is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import installed
from tests.homes import Home
from tests.session.git.forms import FORMS, GITCONFIG, above_a_bare_one, folder, git, linked, separate, separate_and_new

DAY = """set -e
echo two >>file; git add file; git commit -qm second
git checkout -qb other; echo three >>file; git commit -qam third
git checkout -q -; echo x >y; git add y; git commit -qm fourth; git rebase -q other
echo four >>file; git stash -q; git stash pop -q; git checkout -q file
git worktree add -q .wt -b third; (cd .wt; echo five >z; git add z; git commit -qm fifth); git worktree remove .wt
git merge -q third; git tag v1; git gc -q; git fsck; test -z "$(git status --porcelain)"
"""
HARM = """
for place in "$(git rev-parse --git-path hooks)" "$(git rev-parse --git-path config)"; do
    mkdir -p "$place" 2>/dev/null; echo x 2>/dev/null >>"$place/pre-commit"; echo x 2>/dev/null >>"$place"
    mv "$place" "$place.away" 2>/dev/null; rm -rf "$place" 2>/dev/null
done
common=$(git rev-parse --git-common-dir)
mv "$common" "$common.away" 2>/dev/null; mv .git git.away 2>/dev/null; echo 'gitdir: x' 2>/dev/null >.git
true
"""


@pytest.fixture(scope="module")
def ready(made: Home) -> Home:
    made.write(".gitconfig", GITCONFIG)
    return made


@pytest.mark.parametrize("form", FORMS)
def test_a_day_of_git(ready: Home, at: Path, form: str) -> None:
    tree = FORMS[form](ready, at)
    done = ready.local("--jail", "sh", "-c", DAY, cwd=tree)
    assert done.returncode == 0, done.stderr
    assert git(ready, tree, "log", "--format=%s", "-1", "v1") in ("fifth", "fourth", "Merge branch 'third'")
    assert git(ready, tree, "status", "--porcelain") == ""
    assert (tree / "z").read_text() == "five\n"
    assert "claude-local: " not in done.stderr


@pytest.mark.parametrize("form", FORMS)
def test_what_git_runs_there_is_kept(ready: Home, at: Path, form: str) -> None:
    tree = FORMS[form](ready, at)
    hooks, config = (Path(git(ready, tree, "rev-parse", "--git-path", name)) for name in ("hooks", "config"))
    (tree / hooks).mkdir(exist_ok=True)
    (tree / hooks / "mine").write_text("mine\n")
    before = (tree / config).read_bytes(), (tree / ".git").lstat().st_ino
    done = ready.local("--jail", "sh", "-c", HARM, cwd=tree)
    assert done.returncode == 0, done.stderr
    assert [file.name for file in (tree / hooks).iterdir() if "." not in file.name] == ["mine"]
    assert ((tree / config).read_bytes(), (tree / ".git").lstat().st_ino) == before
    git(ready, tree, "status")


def test_where_the_bare_one_and_its_worktrees_are_the_workspace(ready: Home, at: Path) -> None:
    tree = above_a_bare_one(ready, at)
    done = ready.local("--jail", "sh", "-c", f"cd one; {DAY}", cwd=tree)
    assert done.returncode == 0, done.stderr
    done = ready.local(
        "--jail", "sh", "-c", "echo x >.bare/hooks/pre-commit || echo x >>.bare/config || mv .bare b", cwd=tree
    )
    assert done.returncode != 0
    assert git(ready, tree / "one", "log", "--format=%s", "-1", "v1") == "fifth"


PLANTED = {
    "a file": "echo 'gitdir: {0}' >.git",
    "a link": "ln -s {0} .git",
    "a file with the other's files beside it": "echo 'gitdir: {0}' >.git; cp -a file copy; echo one >file",
}


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize("form", ["a folder", "a separate folder", "a linked worktree"])
def test_a_planted_pointer_opens_nobodys_repository(ready: Home, at: Path, form: str, what: str) -> None:
    tree = FORMS[form](ready, at)
    there = tree / git(ready, tree, "rev-parse", "--git-dir")
    work = at / "hostile"
    work.mkdir()
    done = ready.local("--jail", "sh", "-c", PLANTED[what].format(there.resolve()), cwd=work)
    assert "  .git: it tells git where to look" in done.stderr
    done = ready.local("--jail", "sh", "-c", f"git log; echo x >{there}/x; echo x >{there}/HEAD", cwd=work)
    assert done.returncode != 0
    assert "does not know" in done.stderr or form == "a linked worktree"
    assert not (there / "x").exists()


def test_without_the_rule_it_opens_it(plain_home: Home) -> None:
    """So these attempts are real ones."""
    plain_home.write(".gitconfig", GITCONFIG)
    assert plain_home.json("apply", "-y")["failed"] == 0
    there = folder(plain_home, plain_home.workspace("at")) / ".git"
    work = plain_home.workspace("hostile")
    (work / ".git").write_text(f"gitdir: {there}\n")
    assert plain_home.local("--jail", "touch", str(there / "x"), cwd=work).returncode != 0
    installed.change(plain_home, ("git/tied.py", "or knows(own.opened, tree)", "or True"))
    assert plain_home.local("--jail", "touch", str(there / "x"), cwd=work).returncode == 0


def test_without_the_rule_other_worktrees_are_lost(plain_home: Home) -> None:
    plain_home.write(".gitconfig", GITCONFIG)
    assert plain_home.json("apply", "-y")["failed"] == 0
    tree = linked(plain_home, plain_home.workspace("at")).parent / "work"
    prune = "git worktree prune --expire now"
    plain_home.local("--jail", "sh", "-c", prune, cwd=tree)
    assert (tree / ".git/worktrees/linked/HEAD").exists()
    installed.change(plain_home, ("git/kept.py", 'yield Held(f"{path}/{relative}", _OTHERS)', "pass"))
    plain_home.local("--jail", "sh", "-c", prune, cwd=tree)
    assert not (tree / ".git/worktrees/linked/HEAD").exists()


def test_a_repository_without_a_work_tree_is_kept_where_it_is_the_workspace(ready: Home, at: Path) -> None:
    git(ready, at, "init", "-q", "--bare", "bare")
    before = (at / "bare/config").read_bytes()
    harm = "echo x >>config; echo x >hooks/pre-commit; mv hooks away; rm -f config; true"
    ready.local("--jail", "sh", "-c", harm, cwd=at / "bare")
    assert (at / "bare/config").read_bytes() == before
    assert not (at / "bare/hooks/pre-commit").exists()


def test_other_worktrees_are_not_lost(ready: Home, at: Path) -> None:
    mine = linked(ready, at)
    git(ready, mine, "worktree", "add", "-q", "../third")
    main, third = at / "work", at / "third"
    (third / "staged").write_text("x")
    git(ready, third, "add", "staged")
    (main / "staged too").write_text("x")
    git(ready, main, "add", ".")
    harm = (
        "git worktree prune; git gc -q --prune=now; common=$(git rev-parse --git-common-dir); "
        "rm -rf $common/worktrees/third $common/index; echo x >$common/HEAD; rm $common/index; true"
    )
    for place in (mine, main):
        ready.local("--jail", "sh", "-c", harm.replace("rm $common/index", "true"), cwd=place)
        if place == mine:
            assert git(ready, main, "status", "--porcelain") == 'A  "staged too"'
        assert git(ready, third, "status", "--porcelain") == "A  staged"


OF_MAIN = ("HEAD", "index", "ORIG_HEAD", "AUTO_MERGE", "sharedindex.0", "index.lock", "logs/HEAD", "rebase-merge/done")


def test_nor_what_the_main_one_has_for_itself(ready: Home, at: Path) -> None:
    mine = linked(ready, at)
    common = at / "work/.git"
    for name in OF_MAIN[2:6]:
        (common / name).write_text("mine\n")
    (common / "rebase-merge").mkdir()
    (common / "rebase-merge/done").write_text("mine\n")
    before = {name: (common / name).read_bytes() for name in OF_MAIN}
    harm = f"cd {common}; for n in {' '.join(OF_MAIN)} logs info; do echo x >>$n; mv $n $n.away; rm -rf $n; done; true"
    ready.local("--jail", "sh", "-c", harm, cwd=mine)
    assert {name: (common / name).read_bytes() for name in OF_MAIN} == before


@pytest.mark.parametrize("name", ["MERGE_HEAD", "rebase-apply/patch", "sharedindex.1", "refs.lock"])
def test_what_one_makes_for_the_main_one_is_named(ready: Home, at: Path, name: str) -> None:
    mine = linked(ready, at)
    there = at / "work/.git" / name
    make = f"git fetch -q; mkdir -p {there.parent}; cp $(git rev-parse --git-path HEAD) {there}"
    done = ready.local("--jail", "sh", "-c", make, cwd=mine)
    assert f"  {there}: git takes it for something under way in another worktree" in done.stderr.splitlines()
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("  ")]
    assert line.startswith(f"  {there}: ")


def test_that_objects_of_others_are_read_is_named(ready: Home, at: Path) -> None:
    work = folder(ready, at)
    (at / "other").mkdir()
    theirs = folder(ready, at / "other") / ".git/objects"
    plant = f"git clone -qs . cloned; echo {theirs} >cloned/.git/objects/info/alternates"
    done = ready.local("--jail", "sh", "-c", plant, cwd=work)
    line = "cloned/.git/objects/info/alternates: git reads others' objects where it leads"
    assert line in done.stderr
    assert line in ready.local("--explain", cwd=work).stdout
    done = ready.local("--jail", "sh", "-c", "rm -rf again; git clone -qs . again", cwd=work)
    assert done.stderr == ""


def test_one_in_the_workspace_is_the_sessions(ready: Home, at: Path) -> None:
    work = folder(ready, at)
    assert ready.local("--jail", "git", "worktree", "add", "-q", ".claude/worktrees/one", cwd=work).returncode == 0
    script = "cd .claude/worktrees/one && echo x >x && git add x && git commit -qm x"
    assert ready.local("--jail", "sh", "-c", script, cwd=work).returncode == 0
    done = ready.local("--jail", "git", "worktree", "remove", ".claude/worktrees/one", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    assert git(ready, work, "worktree", "list").count("\n") == 0


NAMED = {
    "textconv": ("diff.x.textconv", "tools/conv.sh"),
    "a script for a program": ("filter.x.clean", "python3 tools/conv.sh --clean %f"),
    "hooks": ("core.hooksPath", "tools"),
    "an alias": ("alias.x", "!f() { ./tools/conv.sh; }; f"),
    "an include": ("include.path", "../tools/conv.sh"),
    "one for another branch": ("includeIf.onbranch:other.path", "../tools/conv.sh"),
}


@pytest.mark.parametrize("what", NAMED)
def test_what_its_config_names_in_the_workspace_is_kept_and_named_where_it_is_new(
    ready: Home, at: Path, what: str
) -> None:
    work = folder(ready, at)
    git(ready, work, "config", *NAMED[what])
    new = ready.local("--jail", "sh", "-c", "mkdir tools; echo '[core] pager=./x' >tools/conv.sh", cwd=work)
    assert "tools/conv.sh: git" in new.stderr
    done = ready.local("--jail", "sh", "-c", "echo x >>tools/conv.sh; rm tools/conv.sh; mv tools away", cwd=work)
    assert done.returncode != 0
    assert (work / "tools/conv.sh").read_text() == "[core] pager=./x\n"


def test_repositories_further_down_are_kept_but_for_those_that_are_ignored(ready: Home, at: Path) -> None:
    work = folder(ready, at)
    (work / ".gitignore").write_text("build/\n")
    for name in ("build/dep", "other"):
        (work / name).mkdir(parents=True)
        folder(ready, work / name)
    git(ready, work, "init", "-q", "--bare", "fixtures/one.git")
    harm = "for one in other/work/.git fixtures/one.git; do echo x >$one/hooks/pre-commit; mv $one away; done"
    done = ready.local("--jail", "sh", "-c", f"rm -rf build; {harm}", cwd=work)
    assert "this session made" not in done.stderr
    assert not (work / "build").exists()
    assert not (work / "other/work/.git/hooks/pre-commit").exists()
    assert (work / "fixtures/one.git/config").exists()


def test_a_new_one_elsewhere_has_to_be_told_of_its_work_tree(ready: Home, at: Path) -> None:
    """A planted file could name one that somebody has just made."""
    work = separate_and_new(ready, at)
    assert ready.local("--jail", "git", "add", "file", cwd=work).returncode != 0
    (line,) = [
        line for line in ready.local("--jail", "git", "status", cwd=work).stderr.splitlines() if "does not know" in line
    ]
    assert ready.run("sh", "-c", line.rpartition(": ")[2], cwd=at).returncode == 0
    assert ready.local("--jail", "git", "add", "file", cwd=work).returncode == 0


def test_a_repository_whose_files_git_does_not_know_is_said_and_git_can_be_told(ready: Home, at: Path) -> None:
    work = separate(ready, at)
    ready.run("cp", "-r", "work", "copy", cwd=at)
    ready.run("mv", "work", "away", cwd=at)
    ready.run("mv", "copy", "work", cwd=at)
    done = ready.local("--jail", "git", "log", cwd=work)
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if "does not know" in line]
    assert ready.run("sh", "-c", line.rpartition(": ")[2], cwd=at).returncode == 0
    assert ready.local("--jail", "git", "log", cwd=work).returncode == 0
