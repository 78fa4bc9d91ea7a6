"""`--jail CMD`: what cannot be run is said as a shell says it, with the words that were meant."""

from __future__ import annotations

import os
import shlex

import pytest

from tests.homes import Home


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nosuch",), 127, "nosuch: no such program: claude-local --jail bash"),
        (("/nosuch/x",), 127, "/nosuch/x: no such program: "),
        (("./plain",), 126, "./plain is not executable: chmod +x "),
        (("plain",), 127, "plain: no such program"),
        (
            ("cat", "/dev/fd/63"),
            2,
            "/dev/fd/63 is an open file of your shell's, and a session has none of those but standard input: ",
        ),
        ((), 2, "--jail needs a command: claude-local --jail bash"),
        (("--",), 2, "--jail needs a command"),
    ],
)
def test_what_cannot_be_run(made: Home, words: tuple[str, ...], code: int, said: str) -> None:
    work = made.workspace()
    (work / "plain").write_text("x")
    done = made.local("--jail", *words, cwd=work)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"claude-local: {said}")


@pytest.mark.parametrize("words", [("echo one two",), ("ONE=1", "sh", "-c", "echo one two; exit $((ONE - 1))")])
def test_what_was_meant_works_when_it_is_pasted(made: Home, words: tuple[str, ...]) -> None:
    work = made.workspace()
    refused = made.local("--jail", *words, cwd=work)
    assert refused.returncode == 127
    meant = shlex.split(refused.stderr.rpartition("no such program: ")[2])
    assert made.local(*meant[1:], cwd=work).stdout == "one two\n"


def test_what_can_be_run_is(made: Home) -> None:
    work = made.workspace()
    (work / "own").write_text("#!/bin/sh\necho own\n")
    (work / "own").chmod(0o755)
    for words in (("--", "./own"), (str(work / "own"),), ("sh", "-c", "./own")):
        assert made.local("--jail", *words, cwd=work).stdout == "own\n"
    assert made.local("--jail", "sh", "-c", "exit 127", cwd=work).returncode == 127
    assert os.access(work / "own", os.X_OK)
