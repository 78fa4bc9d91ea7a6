"""Work trees that are tied to their repository in each way that git has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.homes import Home

GITCONFIG = (
    '[user]\nname = You\nemail = you@localhost\n[protocol "file"]\nallow = always\n[init]\ndefaultBranch = main\n'
)


def git(home: Home, folder: Path, *words: str) -> str:
    done = home.run("git", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def with_a_commit(home: Home, work: Path) -> Path:
    for name in ("file", "quiet"):
        (work / name).write_text("one\n")
    git(home, work, "add", "file", "quiet")
    git(home, work, "commit", "-qm", "first")
    return work


def ignoring(git_folder: Path) -> None:
    """Of a folder that is not called .git, git does not know that it is its own."""
    with (git_folder / "info/exclude").open("a") as file:
        file.write("kept.git\n")


def folder(home: Home, at: Path) -> Path:
    git(home, at, "init", "-q", "work")
    return with_a_commit(home, at / "work")


def link(home: Home, at: Path) -> Path:
    work = folder(home, at)
    (work / ".git").rename(at / "kept.git")
    (work / ".git").symlink_to("../kept.git")
    return work


def link_within(home: Home, at: Path) -> Path:
    work = folder(home, at)
    ignoring(work / ".git")
    (work / ".git").rename(work / "kept.git")
    (work / ".git").symlink_to("kept.git")
    return work


def separate(home: Home, at: Path) -> Path:
    git(home, at, "init", "-q", "--separate-git-dir", "kept.git", "work")
    return with_a_commit(home, at / "work")


def separate_and_new(home: Home, at: Path) -> Path:
    git(home, at, "init", "-q", "--separate-git-dir", "kept.git", "work")
    (at / "work/file").write_text("one\n")
    return at / "work"


def separate_within(home: Home, at: Path) -> Path:
    (at / "work/deep").mkdir(parents=True)
    git(home, at, "init", "-q", "--separate-git-dir", "work/deep/kept.git", "work")
    ignoring(at / "work/deep/kept.git")
    return with_a_commit(home, at / "work")


def sha256(home: Home, at: Path) -> Path:
    git(home, at, "init", "-q", "--object-format=sha256", "--separate-git-dir", "kept.git", "work")
    return with_a_commit(home, at / "work")


def index_v4(home: Home, at: Path) -> Path:
    work = separate(home, at)
    for name in ("a/b/c", "a/b/d", "a/e"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(name)
    git(home, work, "add", ".")
    git(home, work, "update-index", "--index-version", "4")
    return work


def sparse(home: Home, at: Path) -> Path:
    work = separate(home, at)
    for name in ("a/b", "c/d", "c/e", "f/g"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(name)
    git(home, work, "add", ".")
    git(home, work, "commit", "-qm", "second")
    git(home, work, "sparse-checkout", "set", "a")
    return work


def linked(home: Home, at: Path) -> Path:
    git(home, folder(home, at), "worktree", "add", "-q", "../linked")
    return at / "linked"


def beside_a_bare_one(home: Home, at: Path) -> Path:
    git(home, at, "clone", "-q", "--bare", str(folder(home, at)), "bare/.bare")
    (at / "bare/.git").write_text("gitdir: ./.bare\n")
    git(home, at / "bare", "worktree", "add", "-q", "-b", "one", "one")
    return at / "bare/one"


def above_a_bare_one(home: Home, at: Path) -> Path:
    return beside_a_bare_one(home, at).parent


def submodule(home: Home, at: Path) -> Path:
    inner, outer = folder(home, at), at / "outer"
    git(home, at, "init", "-q", "outer")
    git(home, outer, "submodule", "--quiet", "add", str(inner), "sub/module")
    return outer / "sub/module"


def submodule_of_a_linked_one(home: Home, at: Path) -> Path:
    inner = folder(home, at)
    git(home, at, "init", "-q", "outer")
    git(home, at / "outer", "commit", "-q", "--allow-empty", "-m", "first")
    git(home, at / "outer", "worktree", "add", "-q", "../linked")
    git(home, at / "linked", "submodule", "--quiet", "add", str(inner), "sub/module")
    return at / "linked/sub/module"


FORMS: dict[str, Callable[[Home, Path], Path]] = {
    "a folder": folder,
    "a link": link,
    "a link within": link_within,
    "a separate folder": separate,
    "a separate folder within": separate_within,
    "sha256": sha256,
    "an index that leaves out what paths share": index_v4,
    "a sparse one": sparse,
    "a linked worktree": linked,
    "beside a bare one": beside_a_bare_one,
    "a submodule": submodule,
    "a submodule of a linked worktree": submodule_of_a_linked_one,
}
