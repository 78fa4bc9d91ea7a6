"""In scripts and pipelines: what the command did not read, its exit code, its end."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.homes import Home, wait_until
from tests.session.run.shells import FATAL, LOOP, local, script

LARGE = bytes(range(256)) * 40960  # 10 MB


@pytest.mark.parametrize("given", ["<lines", "< <(cat lines)"])
@pytest.mark.parametrize("words", ["local true", "local sh -c 'exit 1'", "local sh -c :"])
def test_a_loop_goes_on_with_the_lines_that_the_command_did_not_read(
    made: Home, work: Path, given: str, words: str
) -> None:
    (work / "lines").write_text("a\nb\nc\n")
    assert script(made, work, f"{LOOP.format(words)} {given}").stdout == b"a\nb\nc\n"


def test_what_the_command_did_not_read_is_still_there(made: Home, work: Path) -> None:
    (work / "lines").write_text("a\nb\nc\n")
    done = script(made, work, "(local sh -c 'read x; echo \"in $x\"'; cat) <lines")
    assert done.stdout == b"in a\nb\nc\n"


def test_of_a_large_file_too(made: Home, work: Path) -> None:
    (work / "large").write_bytes(LARGE)
    done = script(made, work, "(local head -c 1000 >/dev/null; wc -c) <large")
    left = int(done.stdout)
    assert 0 < len(LARGE) - left <= 1 << 16, "head reads more than it shows, but no more than a buffer"


PASSED = {
    "file to file": "local cat <large >back",
    "pipe to file": "cat large | local cat >back",
    "file to pipe": "local cat <large | cat >back",
    "pipe to pipe": "cat large | local cat | cat >back",
    "appended": "local cat <large >>back",
    "on stderr": "local sh -c 'cat >&2' <large 2>back",
    "to a slow reader": "local cat <large | (sleep 1; cat) >back",
    "to a program's file": "local dd if=/dev/stdin bs=1000003 status=none <large >back",
}


@pytest.mark.parametrize("way", PASSED)
def test_ten_megabytes_arrive_whole(made: Home, work: Path, way: str) -> None:
    (work / "large").write_bytes(LARGE)
    done = script(made, work, f"{PASSED[way]}; echo $?")
    assert done.stdout == b"0\n", done.stderr
    assert (work / "back").read_bytes() == LARGE


def test_much_on_both_streams_at_once_arrives_whole(made: Home, work: Path) -> None:
    say = "head -c 3000000 /dev/zero >&2 & head -c 5000000 /dev/zero; wait"
    done = script(made, work, f"local bash -c {shlex.quote(say)} >out 2>err; wc -c <out; wc -c <err")
    assert done.stdout.split() == [b"5000000", b"3000000"]


@pytest.mark.parametrize("code", [0, 1, 2, 3, 126, 255])
def test_the_exit_code_is_the_commands(made: Home, work: Path, code: int) -> None:
    for streams in ("", "</dev/null >out 2>err", "| cat; exit ${PIPESTATUS[0]}"):
        assert script(made, work, f"local sh -c 'exit {code}' {streams}").returncode == code


def test_a_command_that_a_signal_ended_is_told_as_a_shell_tells_it(made: Home, work: Path) -> None:
    assert script(made, work, "local sh -c 'kill -TERM $$'").returncode == 128 + signal.SIGTERM
    assert script(made, work, "local sh -c 'kill -SEGV $$'").returncode == 128 + signal.SIGSEGV


@pytest.mark.parametrize("words", ["echo x", "sh -c 'head -c 5000000 /dev/zero'"])
def test_on_a_full_disk_the_command_has_failed(made: Home, work: Path, words: str) -> None:
    assert script(made, work, f"{words} >/dev/full").returncode != 0, "so it is without a jail"
    done = script(made, work, f"local {words} >/dev/full")
    assert done.returncode != 0
    assert b"No space left" in done.stderr


def test_a_reader_that_has_enough_ends_the_command(made: Home, work: Path) -> None:
    began = time.monotonic()
    done = script(made, work, "local yes | head -n 2; echo ${PIPESTATUS[0]}")
    assert done.stdout in (b"y\ny\n141\n", b"y\ny\n1\n"), done.stderr
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("words", FATAL)
def test_signals_to_all_do_not_reach_the_calling_script(made: Home, work: Path, words: str) -> None:
    done = script(made, work, f"local bash -c {shlex.quote(words)}; echo survived")
    assert done.stdout == b"survived\n"


@pytest.mark.parametrize("words", ["kill -STOP 0", "kill -STOP -1", "kill -TSTP 0"])
def test_the_calling_script_is_not_stopped(made: Home, work: Path, words: str) -> None:
    text = f"touch began; {local(made)} --jail bash -c {shlex.quote(f'touch stopping; {words}; sleep 1; touch on')}"
    process = subprocess.Popen(
        ["bash", "-c", f"{text}; echo survived"], cwd=work, env=made.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: (work / "stopping").exists())
        time.sleep(1)
        assert status(process.pid) not in "tT"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def status(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[0]
