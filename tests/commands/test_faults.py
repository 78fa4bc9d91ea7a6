"""Whatever happens in a run, each file is the old one or the new one, and the next run ends as it should."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import LEFT, Rig, assert_whole, current, steps
from tests.homes import Home


def live_in(rig: Rig) -> None:
    """A home in which something of each kind is there before: linked, shared, the user's own."""
    script = r"""
    umask 022; mkdir -p "$HOME"; cd "$HOME" || exit
    mkdir -p dotfiles .claude-local .local/bin .config/claude-local-setup
    printf 'alias ll=ls\nunended' >dotfiles/bashrc; ln -s dotfiles/bashrc .bashrc
    printf '. ~/.bashrc\n' >.profile
    printf '{"theme": "dark", "env": {"MINE": "1"}}' >.claude-local/settings.json
    printf '#!/bin/sh\n# mine\n' >.local/bin/claude-local; chmod 700 .local/bin/claude-local
    printf '[isolation]\nlevel = "config"\n' >.config/claude-local-setup/config.toml
    """
    assert rig.run("sh", "-c", script).returncode == 0


@pytest.fixture
def rig() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="faults-") as folder:
        found = Rig(Home(Path(folder) / "home"), Path(folder) / "shims")
        live_in(found)
        yield found
        found.run("chmod", "-R", "u+w", folder)


@pytest.fixture
def small_disk() -> Iterator[Rig]:
    """A home on a file system of its own, in a mount namespace of its own."""
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="faults-") as folder:
        disk = Path(folder) / "disk"
        disk.mkdir()
        hold = 'mount -t tmpfs -o size=8m,mode=755 tmpfs "$1" && echo ready && exec sleep 1000'
        with subprocess.Popen(["unshare", "-rm", "sh", "-c", hold, "sh", disk], stdout=subprocess.PIPE) as holder:
            assert holder.stdout
            assert holder.stdout.readline() == b"ready\n"
            found = Rig(Home(disk / "home"), Path(folder) / "shims", inside=holder.pid)
            live_in(found)
            yield found
            holder.kill()


def heal(rig: Rig) -> None:
    """Ends what a fault has brought about."""
    if rig.inside:
        rig.run(
            "sh",
            "-c",
            'mount -o remount,bind,rw "$1"; rm -f "$2"/filler',
            "sh",
            str(rig.home.path.parent),
            str(rig.home.path),
        )
    rig.run("chmod", "-R", "u+w", str(rig.home.path))


def modes_aside(seen: dict[str, tuple[int, bytes | str]]) -> dict[str, bytes | str]:
    return {name: what for name, (_, what) in seen.items()}


def try_each_step(rig: Rig, harm: str, *, stride: int) -> None:
    """apply, then remove, with the fault at one step after the other."""
    original, applied = rig.home.path.parent / "original", rig.home.path.parent / "applied"
    rig.keep(original)
    old = current(rig)
    assert rig.setup("apply", "-y").returncode == 0
    rig.keep(applied)
    new = current(rig)
    for command, state, before, after in (
        (("apply", "-y"), original, old, new),
        (("remove", "--purge", "-y"), applied, new, old),
    ):
        for done in steps(rig, harm, state, *command, stride=stride):
            assert "Traceback" not in done.stderr
            heal(rig)
            now = current(rig)
            if harm != "withdrawn":  # it changes modes
                assert_whole(now, before, after)
            again = rig.setup(*command)
            assert again.returncode == 0, again.stdout + again.stderr
            if list(rig.seen.glob(".claude-local-verify.*")):  # apply had only its verify left to do
                rig.setup("verify")
            assert modes_aside(current(rig)) == modes_aside(after)
            if harm != "withdrawn":
                assert current(rig) == after


def test_kill_at_each_step(rig: Rig) -> None:
    try_each_step(rig, "kill", stride=1)


def test_ctrl_c_at_many_steps(rig: Rig) -> None:
    try_each_step(rig, "interrupt", stride=6)


def test_permission_withdrawn_at_many_steps(rig: Rig) -> None:
    try_each_step(rig, "withdrawn", stride=6)


def test_a_full_disk_at_many_steps(small_disk: Rig) -> None:
    try_each_step(small_disk, "full", stride=5)


def test_a_file_system_that_turns_read_only_at_many_steps(small_disk: Rig) -> None:
    try_each_step(small_disk, "read-only", stride=6)


@pytest.mark.parametrize(("harm", "said"), [("full", "No space left"), ("read-only", "Read-only file system")])
def test_a_disk_that_fails_is_said_in_a_sentence_with_a_remedy(small_disk: Rig, harm: str, said: str) -> None:
    done = small_disk.fault(harm, 4, "apply", "-y")
    assert done
    assert done.returncode == 1
    assert said in done.stderr
    assert "remedy: claude-local-setup apply" in done.stderr


def test_ctrl_c_is_said_in_a_sentence(rig: Rig) -> None:
    done = rig.fault("interrupt", 4, "apply", "-y")
    assert done
    assert done.returncode == 130
    assert "run it again to go on" in done.stderr


CALL = re.compile(r"^(?:\d+ +)?(fsync|rename\w*|unlink\w*)\((.*)\) += 0", re.MULTILINE)


def traced(rig: Rig, *words: str) -> list[tuple[str, str]]:
    log = rig.home.path.parent / "trace"
    calls = "trace=fsync,rename,renameat,renameat2"
    done = rig.run(
        "strace",
        "-f",
        "-y",
        "-s",
        "4096",
        "-o",
        str(log),
        "-e",
        calls,
        sys.executable,
        "-m",
        "claude_local_setup",
        *words,
    )
    assert done.returncode == 0, done.stderr
    return CALL.findall(log.read_text(errors="replace"))


def test_before_a_name_changes_its_bytes_are_on_the_disk_and_then_its_folder(rig: Rig) -> None:
    calls = traced(rig, "apply", "-y")
    renames = [
        index for index, (call, said) in enumerate(calls) if call.startswith("rename") and "claude-local-setup." in said
    ]
    assert len(renames) > 6
    for index in renames:
        temporary, target = re.findall(r'"([^"]*)"', calls[index][1])
        synced = [re.search(r"<(.*)>", said)[1] for call, said in calls[:index] if call == "fsync"]  # type: ignore[index]
        later = [re.search(r"<(.*)>", said)[1] for call, said in calls[index:] if call == "fsync"]  # type: ignore[index]
        assert str(Path(temporary)) in synced
        assert str(Path(target).parent) in later


def test_two_runs_at_once_end_as_one(rig: Rig) -> None:
    words = [sys.executable, "-m", "claude_local_setup", "apply", "-y"]
    runs = [
        subprocess.Popen(
            words, cwd="/", env=rig.home.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = [run.communicate(timeout=120)[1].decode() for run in runs]
    for run, error in zip(runs, said, strict=True):
        assert run.returncode == 0 or "at work here" in error or "run it again" in error, error
    assert 0 in [run.returncode for run in runs]
    assert rig.setup("apply", "-y").returncode == 0
    assert (rig.home.path / "dotfiles/bashrc").read_text().count(">>> claude-local-setup >>>") == 1
    assert not [path for path in rig.home.path.rglob("*") if LEFT.search(path.name)]


def test_a_clock_that_went_back_changes_nothing(rig: Rig) -> None:
    rig.setup("apply", "-y")
    for path in rig.home.path.rglob("*"):
        os.utime(path, (4102444800, 4102444800), follow_symlinks=False)  # the year 2100
    before = current(rig)
    assert "0 changed" in rig.setup("apply", "-y").stdout
    assert current(rig) == before
    assert rig.setup("remove", "--purge", "-y").returncode == 0


def test_a_home_without_locks_is_set_up_all_the_same(rig: Rig) -> None:
    inject = ["strace", "-f", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:error=ENOLCK"]
    done = rig.run(*inject, sys.executable, "-m", "claude_local_setup", "apply", "-y")
    assert done.returncode == 0, done.stderr
    assert rig.home.local("--explain", cwd=rig.home.workspace()).returncode == 0


def test_a_killed_run_leaves_the_lock_to_the_next(rig: Rig) -> None:
    done = rig.fault("kill", 6, "apply", "-y")
    assert done
    assert done.returncode == -signal.SIGKILL
    assert rig.setup("apply", "-y").returncode == 0
