"""The session's terminal: the user's keyboard, screen and size, and nothing of either left behind."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import pexpect
import pytest

from tests.homes import Home, wait_until
from tests.session.run.shells import FATAL, READY, Shell, local


@pytest.mark.parametrize("words", FATAL)
def test_nor_from_a_terminal(made: Home, work: Path, words: str) -> None:
    text = f"{local(made)} --jail bash -c {shlex.quote(words)}; printf '%s-%s\\n' sur vived"
    child = pexpect.spawn("bash", ["-c", text], env=made.env, cwd=work, encoding="utf-8", timeout=60)
    child.expect_exact("sur-vived")
    child.expect(pexpect.EOF)


MODES = ["stty raw -echo", "stty -icanon -echo -isig -ixon; kill -9 $$", "stty raw; kill -9 0"]


@pytest.mark.parametrize("words", MODES)
def test_what_the_jail_sets_of_the_terminal_is_not_left(shell: Shell, words: str) -> None:
    before = shell.modes()
    shell.type(f"{shell.local} bash -c {shlex.quote(words)}; printf '%s-%s\\n' all over")
    shell.see("all-over")
    shell.see(READY)
    assert shell.modes() == before


WATCHES = """
import os, signal, time
def show(*_):
    os.write(1, b"size %d %d\\n" % os.get_terminal_size(0))
signal.signal(signal.SIGWINCH, show)
show()
while True:
    time.sleep(0.1)
"""


def test_a_session_sees_a_terminal_of_the_same_size_and_follows_it(bash: Shell) -> None:
    (bash.work / "watch.py").write_text(WATCHES)
    bash.type(f"{bash.local} python3 watch.py")
    bash.see("size 100 30")
    bash.child.setwinsize(41, 81)
    bash.see("size 81 41")
    bash.forget()
    bash.child.sendintr()
    bash.see(READY)


def test_what_was_typed_and_not_read_is_not_for_the_shell(bash: Shell, work: Path) -> None:
    """A reply of the terminal to what a session printed, among others."""
    bash.type(rf"{bash.local} sh -c 'printf \\033[6n; touch asked; while [ ! -e go ]; do sleep 0.1; done'")
    wait_until(lambda: (work / "asked").exists())
    bash.child.send("\x1b[1;1Rtouch planted\n")
    time.sleep(0.3)
    (work / "go").touch()
    bash.see(READY)
    bash.say("next")
    assert not (work / "planted").exists()


def test_at_the_end_of_a_pipeline_the_pager_reads_the_terminal(shell: Shell, made: Home, work: Path) -> None:
    pager = work / "pager"
    pager.write_text('#!/bin/bash\nlines=$(cat)\nread -r key </dev/tty\necho "lines:" $lines "key:<$key>"\n')
    pager.chmod(0o755)
    shell.type(f"{shell.local} sh -c 'seq 3; sleep 1; echo 4' | ./pager")
    time.sleep(2.5)
    shell.type("quit")
    shell.see("lines: 1 2 3 4 key:<quit>")
    shell.see(READY)
    shell.say("next")


def test_less_shows_what_a_session_says_and_ends_with_q(bash: Shell) -> None:
    bash.type(f"{bash.local} seq 500 | less")
    bash.see("28")
    bash.child.send("G")
    bash.see("500")
    bash.child.send("q")
    bash.see(READY)
    bash.say("next")


def test_with_a_pipe_for_output_what_is_typed_still_reaches_the_command(shell: Shell) -> None:
    shell.type(f"{shell.local} cat | tr a-z A-Z")
    time.sleep(1)
    shell.type("hello from here")
    shell.child.send("\x04")
    shell.see("HELLO FROM HERE")
    shell.see(READY)
    shell.say("next")


def test_two_sessions_in_a_pipeline_both_run(bash: Shell) -> None:
    bash.type(f"{bash.local} seq 3 | {bash.local} tac | {bash.local} tr 123 abc")
    bash.see("c\r\nb\r\na\r\n")
    bash.see(READY)


def test_a_terminal_that_is_closed_ends_the_session(bash: Shell, work: Path) -> None:
    bash.type(f"{bash.local} sh -c 'touch began; while :; do touch alive; sleep 0.1; done'")
    wait_until(lambda: (work / "alive").exists())
    bash.child.close(force=True)
    wait_until(lambda: not lives(work / "alive"))


def lives(file: Path) -> bool:
    file.unlink(missing_ok=True)
    time.sleep(1)
    return file.exists()
