"""Very many submodules and sockets, also such that come and go."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.homes import Home
from tests.session.odd_workspaces import start


def test_2500_submodules(made: Home, work: Path) -> None:
    """All of them kept: 1.8 s (3,100: 2.5 s, 500: 0.35 s, none: 0.07 s) on two processors of 2026."""
    made.run("git", "init", "-q", cwd=work)
    for number in range(2500):
        module = work / f".git/modules/m{number}"
        (module / "hooks").mkdir(parents=True)
        (module / "HEAD").write_text("ref: refs/heads/main\n")
        (module / "config").write_text("[core]\n")
    try_one = "echo x >.git/modules/m$n/config || touch .git/modules/m$n/hooks/x || echo kept"
    script = f"for n in 0 1249 2499; do {try_one}; done"
    done = start(made, work, "--jail", "sh", "-c", script)
    assert done.stdout == "kept\n" * 3


def test_in_forty_thousand_folders_a_socket_is_closed_and_all_is_looked_through(
    made: Home, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for outer in range(200):
        for inner in range(200):
            (work / f"a folder with quite a long name, {outer}/and another one, number {inner}").mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(work)  # its path is too long for a socket's name
        listener.bind("zz")
        listener.listen()
        (work / "zz").rename(work / "moved")
        script = "import socket; print(socket.socket(socket.AF_UNIX).connect_ex('moved') != 0)"
        done = start(made, work, "--jail", "sh", "-c", f'python3 -c "{script}"; mkdir new; echo x >new/.envrc')
    assert done.stdout == "True\n"
    assert "too large" not in done.stderr
    assert "  new/.envrc: direnv runs it when you enter the folder" in done.stderr.splitlines()


@pytest.mark.parametrize("kind", ["modules", "worktrees"])
def test_more_than_anybody_has_is_refused_or_kept_but_never_left_open(made: Home, work: Path, kind: str) -> None:
    made.run("git", "init", "-q", cwd=work)
    for number in range(12_000):
        folder = work / f".git/{kind}/m{number:05}"
        folder.mkdir(parents=True)
        (folder / "HEAD").write_text("x")
        (folder / ("config" if kind == "modules" else "config.worktree")).write_text("[core]\n")
    last = "m11999/config" if kind == "modules" else "m11999/config.worktree"
    words = ("--jail", "sh", "-c", f"echo x >.git/{kind}/{last} || echo kept")
    done = start(made, work, *words, seconds=120)
    assert done.stdout == "kept\n" or done.returncode == 1, done.stderr
    assert "No space left" not in done.stderr, "the reason is named"
    assert (work / f".git/{kind}/{last}").read_text() == "[core]\n"


def test_modules_in_modules_in_modules(made: Home, work: Path) -> None:
    made.run("git", "init", "-q", cwd=work)
    deep = work / (".git" + "/modules/m" * 40)
    deep.mkdir(parents=True)
    for folder in (deep, *deep.parents):
        if folder.name == "m":
            (folder / "HEAD").write_text("x")
            (folder / "config").write_text("[core]\n")
    script = f"echo x >{deep.relative_to(work)}/config || echo kept"
    done = start(made, work, "--jail", "sh", "-c", script)
    assert done.stdout == "kept\n" or done.returncode == 1, done.stderr
    assert (deep / "config").read_text() == "[core]\n"


def bound(folder: Path, names: list[str], stack: contextlib.ExitStack) -> None:
    for name in names:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(folder / name))
        listener.listen(1)


REACH = """
import socket, sys
for name in sys.argv[1:]:
    with socket.socket(socket.AF_UNIX) as caller:
        if caller.connect_ex(name) == 0:
            print(name)
"""


@pytest.mark.skipif(os.sysconf("SC_OPEN_MAX") < 3500, reason="may not open so many")
def test_3200_sockets_below_a_folder_that_is_shown(made: Home, work: Path) -> None:
    """Each covered: 0.5 to 0.8 s on two processors of 2026."""
    with contextlib.ExitStack() as stack:
        bound(made.path / "shown", [f"s{number}" for number in range(3200)], stack)
        probe = [f"../shown/s{number}" for number in (0, 1600, 3199)]
        assert made.run("python3", "-c", REACH, *probe, cwd=work).stdout.split() == probe
        assert start(made, work, "--jail", "python3", "-c", f"{REACH}print('well')", *probe).stdout == "well\n"
    shutil.rmtree(made.path / "shown")
    (made.path / "shown").mkdir()


@contextlib.contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Again and again beside what the test does."""
    over = Event()

    def go() -> None:
        while not over.is_set():
            work()

    thread = Thread(target=go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_socket_that_is_renamed_meanwhile_stops_nothing_and_is_not_reached(made: Home, work: Path) -> None:
    with contextlib.ExitStack() as stack:
        bound(made.path / "shown", ["one"], stack)
        one, two = made.path / "shown/one", made.path / "shown/two"

        def rename() -> None:
            one.rename(two)
            two.rename(one)

        with meanwhile(rename):
            for _ in range(15):
                done = start(made, work)
                assert done.stdout == "well\n" or "socket" in done.stderr, done.stderr
        one.unlink()


def test_sockets_and_files_that_come_and_go_stop_nothing(made: Home, work: Path) -> None:
    place = work / "s"

    def come_and_go() -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(place))
        place.unlink()
        (work / ".envrc").write_text("x")
        (work / ".envrc").unlink()
        (work / ".claude").mkdir()
        (work / ".claude/settings.json").write_text("{}")
        (work / ".claude/settings.json").unlink()
        (work / ".claude").rmdir()

    with meanwhile(come_and_go):
        assert [start(made, work).stdout for _ in range(15)] == ["well\n"] * 15
