"""What takes long shows life on a terminal, is plain where that is wished for, and leaves nothing behind."""

from __future__ import annotations

import sys

import pexpect
import pytest

from tests.homes import Home

SLOW = """\
import sys, time
from claude_local_setup.screen.one import board
with board(["@local"], err=False) as shown:
    shown.step("@local", "claude", "pending")
    time.sleep(2)
    shown.step("@local", "claude", "waiting for another package manager")
    time.sleep(0.5)
    shown.step("@local", "claude", "changed")
print("done")
"""


def said(home: Home, **variables: str) -> str:
    child = pexpect.spawn(sys.executable, ["-c", SLOW], env=home.env | variables, encoding="utf-8", timeout=60)
    child.expect(pexpect.EOF)
    return str(child.before)


def test_a_step_that_takes_long_counts_its_seconds_and_is_gone_at_its_end(plain_home: Home) -> None:
    shown = said(plain_home)
    assert "claude, 1 s" in shown or "claude, 2 s" in shown
    assert "claude: waiting for another package manager, " in shown
    assert shown.endswith("\r\x1b[Kdone\r\n")


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_terminal_that_is_to_be_plain_gets_lines(plain_home: Home, variables: dict[str, str]) -> None:
    shown = said(plain_home, **variables)
    assert " s" not in shown.replace("waiting", "")
    assert "... claude\r\n    waiting for another package manager\r\ndone\r\n" in shown.replace("\x1b[2m", "").replace(
        "\x1b[0m", ""
    )


def test_a_pipe_gets_lines(plain_home: Home) -> None:
    done = plain_home.run(sys.executable, "-c", SLOW)
    assert (done.stdout, done.stderr) == ("... claude\n    waiting for another package manager\ndone\n", "")
