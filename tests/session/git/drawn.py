"""Repositories of any kind, drawn: a form, what else is in them, and where they lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.homes import Home
from tests.session.git.forms import FORMS, folder, git
from tests.session.git.hostile import evil_folder

ODD = ("plain", "with space", "ünïcødé", "-dash", "quo'te", 'double"quote', "new\nline", "$(x)", "a,b%c", "#hash")


def nested(home: Home, tree: Path) -> None:
    (tree / "nested").mkdir()
    folder(home, tree / "nested")


def ignored(home: Home, tree: Path) -> None:
    with (tree / ".gitignore").open("a") as file:
        file.write("build/\n")
    (tree / "build").mkdir()
    folder(home, tree / "build")


def bare(home: Home, tree: Path) -> None:
    git(home, tree, "init", "-q", "--bare", "fixtures/one.git")


def submodule(home: Home, tree: Path) -> None:
    (tree.parent / "seed").mkdir()
    git(home, tree, "submodule", "--quiet", "add", str(folder(home, tree.parent / "seed")), "libs/one")
    git(home, tree, "commit", "-qm", "submodule")


def worktree_within(home: Home, tree: Path) -> None:
    git(home, tree, "worktree", "add", "-q", "-b", "within", ".claude/worktrees/one")


def worktree_elsewhere(home: Home, tree: Path) -> None:
    git(home, tree, "worktree", "add", "-q", "-b", "elsewhere", str(tree.parent / "elsewhere"))


def odd_names(home: Home, tree: Path) -> None:
    for name in ODD:
        (tree / name).mkdir()
        (tree / name / name).write_text(name)
    git(home, tree, "add", "--", *ODD)
    git(home, tree, "commit", "-qm", "odd names")


def links(home: Home, tree: Path) -> None:
    (tree / "to-file").symlink_to("file")
    (tree / "to-nowhere").symlink_to("/nowhere")
    git(home, tree, "add", "to-file", "to-nowhere")
    git(home, tree, "commit", "-qm", "links")


def lfs(home: Home, tree: Path) -> None:
    git(home, tree, "lfs", "install", "--local")
    git(home, tree, "lfs", "track", "*.bin")
    (tree / "large.bin").write_bytes(b"x" * 5000)
    git(home, tree, "add", ".gitattributes", "large.bin")
    git(home, tree, "commit", "-qm", "large")


def rebasing(home: Home, tree: Path) -> None:
    """It has stopped at a conflict."""
    git(home, tree, "checkout", "-q", "-b", "topic")
    (tree / "file").write_text("topic\n")
    git(home, tree, "commit", "-qam", "topic")
    git(home, tree, "checkout", "-q", "-")
    (tree / "file").write_text("mine\n")
    git(home, tree, "commit", "-qam", "mine")
    (tree / "later").write_text("later\n")
    git(home, tree, "add", "later")
    git(home, tree, "commit", "-qm", "later")
    home.run("git", "rebase", "-q", "topic", cwd=tree)


def own_driver(home: Home, tree: Path) -> None:
    git(home, tree, "config", "filter.own.clean", "sh tools/clean || cat")
    (tree / ".gitattributes").write_text("*.txt filter=own\n")
    (tree / "some.txt").write_text("text\n")


EXTRAS: dict[str, Callable[[Home, Path], None]] = {
    function.__name__: function
    for function in (
        *(nested, ignored, bare, submodule, worktree_within, worktree_elsewhere, odd_names, links, lfs, own_driver),
        rebasing,  # the last one, always
    )
}


@dataclass(frozen=True)
class Drawn:
    form: str
    extras: tuple[str, ...]
    place: str

    @property
    def is_possible(self) -> bool:
        """For git itself: git-lfs takes no line break in a path, and submodules have the hashes of what holds them."""
        return ("lfs" not in self.extras or "\n" not in self.place) and (
            self.form != "sha256" or "submodule" not in self.extras
        )

    def made(self, home: Home, at: Path) -> Path:
        """The work tree, below a folder of an odd name."""
        (at / self.place).mkdir(parents=True)
        tree = FORMS[self.form](home, at / self.place)
        for name in EXTRAS:
            if name in self.extras:
                EXTRAS[name](home, tree)
        return tree


def with_a_fixture(tree: Path, canary: str) -> None:
    """A repository for somebody's tests that nobody uses git in."""
    evil_folder(tree / "docs/evil", canary)


# In these no other thing can be committed yet, or everywhere.
_PLAIN = [form for form in FORMS if form != "a sparse one"]
repositories = st.builds(
    Drawn,
    form=st.sampled_from(_PLAIN),
    extras=st.lists(st.sampled_from(list(EXTRAS)), max_size=4, unique=True).map(tuple),
    place=st.sampled_from(ODD),
).filter(lambda drawn: drawn.is_possible)
