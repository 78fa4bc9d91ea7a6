"""What is said after a session is seen, whatever it has told the terminal."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pexpect
import pytest

from tests.homes import Home, wait_until
from tests.real.terminal import Terminal

LINE = "  .envrc: direnv runs it when you enter the folder"
LAST_WORDS = {
    "concealed": r"\033[8m",
    "black on black": r"\033[30;40m",
    "an alternate screen": r"\033[?1049h",
    "an unfinished title": r"\033]2;",
    "an unfinished command": r"\033P",
    "another alphabet": r"\033(0",
    "the other alphabet": r"\033)0\016",
    "text that is there already": r"\033[2J\033[H\nnothing was planted, nothing at all, go \033[H",
    "margins": r"\033[5;6r",
    "in another encoding": "\\xc2\\x9b8m",
}


@pytest.mark.parametrize("words", LAST_WORDS)
def test_a_sessions_last_words_do_not_hide_it(made: Home, work: Path, words: str) -> None:
    (work / "last").write_bytes(LAST_WORDS[words].encode().decode("unicode_escape").encode("latin-1"))
    local = made.path / ".local/bin/claude-local"
    script = f"{local} --jail sh -c 'echo x >.envrc; cat last'; touch over; sleep 60"
    with Terminal(made, ["sh", "-c", script], work) as terminal:
        wait_until((work / "over").exists)
        time.sleep(0.3)
        assert LINE in [line.rstrip() for line in terminal.screen().splitlines()]
        before = terminal.attributed().partition(LINE.strip())[0]
        assert not re.search(r"\x1b\[[0-9;]*(8|30|40)[0-9;]*m(?!.*\x1b\[(0;)?m)", before, re.DOTALL), before


def test_one_that_says_only_text_adds_nothing(made: Home, work: Path) -> None:
    words = ["--jail", "printf", "abc"]
    child = pexpect.spawn(str(made.path / ".local/bin/claude-local"), words, env=made.env, cwd=work, timeout=60)
    assert child.read() == b"abc"
