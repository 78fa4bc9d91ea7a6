"""What a session does with what its caller gave it: files, pipes and terminals, in scripts and in people's shells."""

from __future__ import annotations

import shlex
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import installed
from tests.homes import Home
from tests.session.run.shells import LOOP, script

SECRET = "said before the session\n"


@pytest.fixture
def log(made: Home) -> Iterator[Path]:
    """A file of the user's, outside the workspace."""
    file = Path(tempfile.mkstemp(dir=made.path, prefix="notes-")[1])
    file.write_text(SECRET)
    yield file
    file.unlink()


REOPENED = {
    "stdin, to write": "echo X >/proc/self/fd/0",
    "stdin, to append": "echo X >>/dev/stdin",
    "stdin, to truncate": ": >/dev/stdin",
    "stdout, to truncate": "python3 -c 'import os; os.ftruncate(1, 0)'",
    "stdout, to begin anew": ": >/proc/self/fd/1",
    "stderr, to begin anew": ": >/dev/stderr",
    "stdout, to write at its start": "python3 -c 'import os; os.pwrite(1, b\"X\", 0)'",
    "stdout of the parent": ": >/proc/$PPID/fd/1",
}


@pytest.mark.parametrize("attempt", REOPENED)
def test_a_file_given_as_a_stream_cannot_be_changed_but_by_what_is_written(
    made: Home, work: Path, log: Path, attempt: str
) -> None:
    words = REOPENED[attempt]
    name = shlex.quote(str(log))
    is_input = attempt.startswith("stdin")
    streams = f"<{name}" if is_input else f"2>{name}.2 >>{name}" if "stdout" in attempt else f">/dev/null 2>>{name}"
    script(made, work, f"local sh -c {shlex.quote(words)} {streams}")
    assert log.read_text() == SECRET
    assert without_a_jail(made, work, log, f"sh -c {shlex.quote(words)} {streams.replace('>>', '>>')}") != SECRET


def without_a_jail(home: Home, work: Path, log: Path, text: str) -> str:
    """The same attempt is a real one: out here it works. (A parent's stream is the caller's own.)"""
    if "PPID" in text:
        return ""
    subprocess.run(["bash", "-c", text], cwd=work, env=home.env, check=False, stdin=subprocess.DEVNULL, timeout=60)
    return log.read_text()


@pytest.mark.parametrize("stream", ["0", "1", "2"])
def test_what_a_file_given_for_output_holds_cannot_be_read(made: Home, work: Path, log: Path, stream: str) -> None:
    name = shlex.quote(str(log))
    opened = {"0": f"0<>{name} >found 2>&1", "1": f">>{name} 2>found", "2": f"2>>{name} >found"}[stream]
    read = (
        "import os, sys, contextlib\n"
        "with contextlib.suppress(OSError): f = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK);"
        " os.write(int(sys.argv[2]), os.read(f, 99))"
    )
    to = "2" if stream == "1" else "1"
    words = f"local python3 -c {shlex.quote(read)} /proc/self/fd/{stream} {to}"
    if stream == "0":  # what is given as input may be read, and only that; its place is moved as by any reader
        words = "local sh -c 'echo X >&0; echo X >/proc/self/fd/0; cat'"
    script(made, work, f"{words} {opened}")
    assert log.read_text() == SECRET
    assert (SECRET in (work / "found").read_text()) == (stream == "0")


@pytest.mark.parametrize("both", [">>{} 2>&1", ">>{} 2>>{}", "&>>{}"])
def test_in_a_log_all_is_in_the_order_in_which_it_was_said(made: Home, work: Path, log: Path, both: str) -> None:
    say = "for n in $(seq 300); do echo out $n; echo err $n >&2; done"
    name = shlex.quote(str(log))
    assert script(made, work, f"local bash -c {shlex.quote(say)} {both.replace('{}', name)}").returncode == 0
    said = [f"{stream} {number}" for number in range(1, 301) for stream in ("out", "err")]
    assert log.read_text().splitlines() == [*SECRET.splitlines(), *said]


def test_what_is_said_after_the_session_comes_after_it(made: Home, work: Path) -> None:
    done = script(made, work, "(echo one; local echo two; echo three; local echo four >&2) >said 2>&1; cat said")
    assert done.stdout.split() == [b"one", b"two", b"three", b"four"]


def test_a_folder_given_as_a_stream_is_no_way_out(made: Home, work: Path, log: Path) -> None:
    attempts = "ls /proc/self/fd/0/; cd /proc/self/fd/0 && pwd; cat /proc/self/fd/0/* /dev/stdin/*; cat"
    done = script(made, work, f"local bash -c {shlex.quote(attempts)} <..; echo $?")
    assert done.stdout == b"0\n" or done.stdout == b"1\n", done.stdout
    assert log.name.encode() in script(made, work, f"bash -c {shlex.quote(attempts)} <..").stdout


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_nobodys(made: Home, work: Path, closed: str) -> None:
    for words, code in (("true", b"0"), ("sh -c 'exit 3'", b"3"), ("cat", b"0")):
        done = script(made, work, f"local {words} {closed}; echo $? >code; cat code", given=b"")
        assert done.stdout == code + b"\n", words
    tell = "for n in 0 1 2; do readlink /proc/$$/fd/$n; done >told"
    script(made, work, f"local sh -c {shlex.quote(tell)} {closed}")
    allowed = ("/dev/null", "pipe:")
    assert all(line.startswith(allowed) for line in (work / "told").read_text().splitlines() if "told" not in line)


def test_what_comes_through_a_socket_is_there_at_once(made: Home, work: Path) -> None:
    """As editors start it: Node's pipes are sockets."""
    (ours, theirs), (heard, said) = socket.socketpair(), socket.socketpair()
    words = [str(made.path / ".local/bin/claude-local"), "--jail", "cat"]
    started = subprocess.Popen(words, cwd=work, env=made.env, stdin=theirs.fileno(), stdout=said.fileno())
    with started as session, ours, heard:
        theirs.close()
        said.close()
        heard.settimeout(30)
        for line in (b"one\n", b"two\n", b"three\n"):
            ours.sendall(line)
            assert heard.recv(100) == line
        ours.shutdown(socket.SHUT_WR)
        assert heard.recv(100) == b""
    assert session.returncode == 0


TAKEN_OUT = {
    "files go through pipes": ("run/streams.py", "elif _is_harmless(told):", "elif True:"),
    "a group of its own": ("run/running.py", "                os.setsid()\n", ""),
    "what was not read is put back": ("run/streams.py", "os.lseek(file, -unread, os.SEEK_CUR)", "pass"),
}
REACHED = {
    "files go through pipes": "local sh -c ': >/proc/self/fd/1' >>../notes; cat ../notes",
    "a group of its own": "local bash -c 'kill -9 0'; echo survived",
    "what was not read is put back": f"{LOOP.format('local true')} <lines",
}


@pytest.mark.parametrize("rule", TAKEN_OUT)
def test_without_the_rule_the_caller_is_reached(plain_home: Home, rule: str) -> None:
    plain_home.setup("config", "set", "server.management_url", "")
    assert plain_home.json("apply", "-y")["failed"] == 0
    installed.change(plain_home, TAKEN_OUT[rule])
    work = plain_home.workspace()
    (plain_home.path / "notes").write_text(SECRET)
    (work / "lines").write_text("a\nb\nc\n")
    assert script(plain_home, work, REACHED[rule]).stdout in (b"", b"a\n")
