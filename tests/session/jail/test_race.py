"""Two sessions in one workspace, one of which exchanges paths as fast as it can: the other gets only what was meant."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import installed
from tests.homes import Home, wait_until

STARTS = 500
NAMES = ".claude .vscode .idea .envrc .git/worktrees .git/modules deep/er\n"
EXCHANGE = """if True:
    import ctypes, os, sys
    libc = ctypes.CDLL(None)
    targets = sys.argv[1:]
    pairs = []
    for number, name in enumerate(sys.stdin.readline().split()):
        os.makedirs(name + "/hooks" if name != ".envrc" else "x", exist_ok=True)
        if name == ".envrc":
            open(name, "w").close()
        if name == ".git/modules":
            open(name + "/HEAD", "w").close()
        target = targets[number % len(targets)]
        os.symlink(target, f".link{number}")
        pairs.append((name.encode(), f".link{number}".encode()))
    print("up", flush=True)
    while True:
        for one, other in pairs:
            libc.renameat2(-100, one, -100, other, 2)
"""


@pytest.fixture
def work(plain_home: Home) -> Path:
    plain_home.write(".ssh/id_ed25519", "secret")
    plain_home.write("other/secret", "secret")
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    plain_home.run("git", "init", "-q", cwd=work)
    return work


@contextmanager
def hostile(home: Home, work: Path) -> Iterator[None]:
    targets = ("..", "../.ssh", "/etc", str(home.path))
    session = subprocess.Popen(
        [home.path / ".local/bin/claude-local", "--jail", "python3", "-c", EXCHANGE, *targets],
        cwd=work, env=home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert session.stdin
        assert session.stdout
        session.stdin.write(NAMES)
        session.stdin.flush()
        assert session.stdout.readline() == "up\n"
        yield
    finally:
        session.terminate()
        session.wait(timeout=60)


def mounts(home: Home, work: Path) -> set[tuple[str, str, str]]:
    """(place, device, the part of it that is shown) of each mount in a jail; empty where it refused to start."""
    done = home.local("--jail", "cat", "/proc/self/mountinfo", cwd=work)
    assert done.returncode == 0 or "is being exchanged all the time" in done.stderr, done.stderr
    return {told(line) for line in done.stdout.splitlines()}


def told(line: str) -> tuple[str, str, str]:
    """Of a line of mountinfo; what is in memory has another device each time."""
    words = line.split(" ")
    return words[4], "" if words[words.index("-") + 1] in ("tmpfs", "devpts", "proc") else words[2], words[3]


def is_meant(mount: tuple[str, str, str], quiet: set[tuple[str, str, str]], work: Path) -> bool:
    """As in a quiet start; or in the workspace, and showing what lies in the workspace."""
    place, _, shown = mount
    inside = place.startswith(f"{work}/") and shown.startswith(f"{part_of(work, quiet)}/")
    return inside or mount in quiet


def part_of(work: Path, quiet: set[tuple[str, str, str]]) -> str:
    (part,) = [shown for place, _, shown in quiet if place == str(work)]
    return part


def test_five_hundred_starts_beside_a_hostile_session_mount_nothing_that_was_not_meant(
    plain_home: Home, work: Path
) -> None:
    quiet = mounts(plain_home, work)
    refused = 0
    with hostile(plain_home, work):
        for _ in range(STARTS):
            found = mounts(plain_home, work)
            refused += not found
            wrong = [mount for mount in found if not is_meant(mount, quiet, work)]
            assert wrong == []
    assert refused < STARTS / 2


def test_where_links_are_followed_it_is_seen(plain_home: Home, work: Path) -> None:
    """The attempt is a real one: with one look that follows links, wrong mounts turn up within the same rounds."""
    quiet = mounts(plain_home, work)
    installed.change(
        plain_home,
        ("jail/holding.py", "return kernel.open_plain(place.lstrip(\"/\"), os.O_PATH | os.O_NOFOLLOW, at=root.opened)",
         "return os.open(place.lstrip(\"/\"), os.O_PATH | os.O_CLOEXEC, dir_fd=root.opened)"),
    )  # fmt: skip
    with hostile(plain_home, work):
        end = time.monotonic() + 240
        wait_until(
            lambda: any(not is_meant(mount, quiet, work) for mount in mounts_however(plain_home, work)),
            seconds=end - time.monotonic(),
        )


def mounts_however(home: Home, work: Path) -> set[tuple[str, str, str]]:
    """The same, whatever is said about them."""
    done = home.local("--jail", "cat", "/proc/self/mountinfo", cwd=work)
    return {told(line) for line in done.stdout.splitlines()}
