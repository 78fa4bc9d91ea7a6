"""What a hostile session does to the git folders of its workspace: run in the jail by a Python of its own.

Arguments: the workspace, a JSON list of [plant, number, canary, victim]. `canary` is a program that says that it ran,
`victim` a file outside that git may be made to write. It prints what each plant left, of which something must be named.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def git_folders(root: Path) -> list[Path]:
    """All that git would take for one, whether it lies in the workspace or not."""
    asked = [
        subprocess.run(["git", "rev-parse", word], cwd=root, capture_output=True, text=True).stdout.strip()
        for word in ("--absolute-git-dir", "--git-common-dir")
    ]
    found = [Path(os.path.realpath(root / path)) for path in asked if path]
    for folder, _, names in os.walk(root):
        if "HEAD" in names and (Path(folder, "objects").is_dir() or "commondir" in names):
            found.append(Path(folder))
    return list(dict.fromkeys(found))


def append(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as opened:
        opened.write(text)
    return file


def program(file: Path, canary: str) -> Path:
    append(file, f"#!/bin/sh\nexec '{canary}'\n").chmod(0o755)
    return file


def evil_config(canary: str) -> str:
    return f"[core]\n\tfsmonitor = '{canary}'\n\teditor = '{canary}'\n\tpager = '{canary}'\n"


def evil_folder(at: Path, canary: str) -> Path:
    for name in ("objects", "refs/heads"):
        (at / name).mkdir(parents=True, exist_ok=True)
    (at / "HEAD").write_text("ref: refs/heads/main\n")
    (at / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n" + evil_config(canary))
    return at / "config"


def config(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    return [append(git / "config", evil_config(canary))]


def config_of_a_worktree(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    return [append(git / "config.worktree", evil_config(canary))]


def include(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    (root / "innocent.txt").write_text(evil_config(canary))
    return [append(git / "config", f"[include]\n\tpath = {root}/innocent.txt\n")]


def hooks(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    return [program(git / "hooks" / name, canary) for name in ("pre-commit", "post-checkout", "reference-transaction")]


def moved_hooks(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    (git / "hooks").rename(git / "hooks.old")
    return hooks(git, root, canary, victim)


def hooks_behind_a_link(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    program(root / "bin/post-checkout", canary)
    program(root / "bin/pre-commit", canary)
    shutil.rmtree(git / "hooks", ignore_errors=True)
    (git / "hooks").symlink_to(root / "bin")
    return [git / "hooks"]


def link(name: str) -> Callable[[Path, Path, str, str], list[Path]]:
    def plant(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
        (git / name).parent.mkdir(parents=True, exist_ok=True)
        (git / name).unlink(missing_ok=True)
        (git / name).symlink_to(victim)
        return [git / name]

    return plant


def link_to_config(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    (git / "COMMIT_EDITMSG").unlink(missing_ok=True)
    (git / "COMMIT_EDITMSG").symlink_to("config")
    (git / "MERGE_MSG").write_text(evil_config(canary))
    return [git / "COMMIT_EDITMSG"]


def todo(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    return [append(git / "rebase-merge/git-rebase-todo", f"\n  exec\t'{canary}'\n")]


def sequencer(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    return [append(git / "sequencer/todo", f"x '{canary}'\n")]


def commondir(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    evil_folder(root / "elsewhere", canary)
    (git / "commondir").unlink(missing_ok=True)
    return [append(git / "commondir", f"{root}/elsewhere\n"), root / "elsewhere/config"]


def replaced(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    git.rename(git.parent / "was-git")
    return [evil_folder(git, canary)]


def pointer(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    tree = root / "tree"
    tree.mkdir(exist_ok=True)
    (tree / ".git").write_text(f"gitdir: {root}/docs/evil\n")
    return [tree / ".git"]


def root_pointer(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    if (root / ".git").is_dir() and not (root / ".git").is_symlink():
        (root / ".git").rename(root / "was-git")
    else:
        (root / ".git").unlink()
    (root / ".git").write_text("gitdir: docs/evil\n")
    return [root / ".git"]


def moved_fixture(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    (root / "lib").mkdir(exist_ok=True)
    (root / "docs/evil").rename(root / "lib/.git")
    return [root / "lib/.git/config"]


def copied_fixture(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    subprocess.run(["cp", "-a", root / "docs/evil", root / "lib.git"], check=True)
    return [root / "lib.git/config"]


def bare_anywhere(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    return [evil_folder(root / "src", canary)]


def the_root_bare(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    return [evil_folder(root, canary)]


def tree_elsewhere(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """git would check files out into the victim's folder."""
    subprocess.run(["git", "init", "-q", root / "out"], check=True)
    name = Path(victim).name
    for words in (["config", "user.name", "a"], ["config", "user.email", "a@b"]):
        subprocess.run(["git", *words], cwd=root / "out", check=True)
    (root / "out" / name).write_text("theirs\n")
    subprocess.run(["git", "add", name], cwd=root / "out", check=True)
    subprocess.run(["git", "commit", "-qm", "x"], cwd=root / "out", check=True)
    return [append(root / "out/.git/config", f"[core]\n\tworktree = {Path(victim).parent}\n")]


def quoted_tree_elsewhere(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """git takes quotes away also in the middle of a value."""
    (config,) = tree_elsewhere(git, root, canary, victim)
    up = os.path.relpath(Path(victim).parent, config.parent)
    config.write_text(config.read_text().replace(f"worktree = {Path(victim).parent}", f'worktree = "../"{up[3:]}'))
    return [config]


def strategy(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """git runs git-merge-STRATEGY, and takes a path where that has slashes."""
    (root / "git-merge-x").mkdir()
    program(root / "y", canary)
    return [append(git / "rebase-merge/strategy", "x/../y\n")]


def common_without_a_head(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """Its part that all worktrees share need not look like a repository."""
    evil_folder(root, canary)
    (root / "HEAD").unlink()
    (root / "worktrees/p/.git").mkdir(parents=True)
    (root / "worktrees/p/.git/HEAD").write_text("ref: refs/heads/main\n")
    return [append(root / "worktrees/p/.git/commondir", "../../..\n"), root / "config"]


def of_files(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """git asks of objects and refs only whether they can be run."""
    left = evil_folder(root / "hidden", canary)
    for name in ("objects", "refs"):
        shutil.rmtree(root / "hidden" / name)
        (root / "hidden" / name).touch(0o755)
    return [left]


def in_its_refs(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    (git / "modules/y").mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "--bare", git / "modules/y"], check=True)
    left = evil_folder(git / "modules/y/refs/z", canary)
    append(left, f"[core]\n\tworktree = {root}/y\n")
    (root / "y").mkdir(exist_ok=True)
    (root / "y/.git").write_text(f"gitdir: {left.parent}\n")
    return [left, root / "y/.git"]


def tree_in_a_git_folder(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """A checkout would write hooks."""
    subprocess.run(["git", "init", "-q", root / "in"], check=True)
    program(root / "in/hooks/post-commit", canary)
    for words in (["config", "user.name", "a"], ["config", "user.email", "a@b"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=root / "in", check=True)
    return [append(root / "in/.git/config", f"[core]\n\tworktree = {git}\n")]


def theirs(root: Path) -> bytes:
    """A blob's hash."""
    words = ["git", "hash-object", "-w", "--stdin"]
    return bytes.fromhex(
        subprocess.run(words, cwd=root, input=b"theirs\n", capture_output=True, check=True).stdout.strip().decode()
    )


def entry(path: bytes, blob: bytes) -> bytes:
    text = bytes(24) + (0o100644).to_bytes(4, "big") + bytes(12) + blob + len(path).to_bytes(2, "big") + path
    return text + bytes(8 - len(text) % 8)


def written(file: Path, *entries: bytes, count: int = 0) -> Path:
    text = b"DIRC" + (2).to_bytes(4, "big") + (count or len(entries)).to_bytes(4, "big") + b"".join(entries)
    file.write_bytes(text + hashlib.sha1(text).digest())
    return file


def index(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """git takes the paths of an index as they are."""
    return [written(git / "index", entry(os.path.relpath(victim, root).encode(), theirs(root)))]


def index_by_lengths(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """A reader that takes a path up to its zero finds another second entry than git."""
    blob = theirs(root)
    second = entry(os.path.relpath(victim, root).encode(), blob)
    return [written(git / "index", entry(b"-\0" + entry(b"b", blob), blob), second)]


def registration(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    folder = git / "worktrees/elsewhere-too"
    folder.mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "commondir").write_text("../..\n")
    return [append(folder / "gitdir", f"{Path(victim).parent}/.git\n")]


def driver(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    """The user's own config names this program."""
    return [program(root / "tools/clean", canary)]


def submodule_to_be(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    evil_folder(git / "modules/one", canary)
    (root / "one").mkdir(exist_ok=True)
    (root / "one/.git").write_text(f"gitdir: {git}/modules/one\n")
    append(git / "modules/one/config", f"[core]\n\tworktree = {root}/one\n")
    return [git / "modules/one/config"]


def unlistable(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    evil_folder(root / "shut", canary)
    (root / "shut").chmod(0o111)
    return [root / "shut"]


def exec_in_gone_worktree(git: Path, root: Path, canary: str, victim: str) -> list[Path]:
    folder = git / "worktrees/planted"
    folder.mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "commondir").write_text("../../../docs/evil\n")
    (folder / "gitdir").write_text(f"{root}/planted/.git\n")
    (root / "planted").mkdir()
    (root / "planted/.git").write_text(f"gitdir: {folder}\n")
    return [folder / "commondir", root / "planted/.git"]


LINKS = (
    "COMMIT_EDITMSG",
    "ORIG_HEAD",
    "FETCH_HEAD",
    "logs/HEAD",
    "packed-refs",
    "MERGE_MSG",
    "refs/heads",
    "objects/aa",
)
PLANTS: dict[str, Callable[[Path, Path, str, str], list[Path]]] = {
    function.__name__: function
    for function in (
        *(
            config,
            config_of_a_worktree,
            include,
            hooks,
            moved_hooks,
            hooks_behind_a_link,
            link_to_config,
            todo,
            sequencer,
        ),
        *(commondir, replaced, pointer, root_pointer, moved_fixture, copied_fixture, bare_anywhere, the_root_bare),
        *(index, index_by_lengths, of_files, in_its_refs, tree_in_a_git_folder, registration),
        *(quoted_tree_elsewhere, strategy, common_without_a_head),
        *(tree_elsewhere, driver, submodule_to_be, unlistable, exec_in_gone_worktree),
    )
} | {f"link {name}": link(name) for name in LINKS}


def main(root: Path, wanted: list[tuple[str, int, str, str]]) -> dict[str, list[str]]:
    done: dict[str, list[str]] = {}
    same: dict[str, list[str]] = {}
    for name, number, canary, victim in wanted:
        folders = git_folders(root) or [root / ".git"]
        try:
            left = PLANTS[name](folders[number % len(folders)], root, canary, victim)
            same[name] = [str(path) for path in left]
        except (OSError, subprocess.CalledProcessError, shutil.Error):
            if name not in same:
                continue  # refused
        done[canary] = same[name]  # the second time what it got to lies where the first lay
    return done


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))
