"""What a session does with what its caller gave it: files, pipes and terminals, in scripts and in people's shells."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests import installed
from tests.homes import Home, wait_until

SECRET = "said before the session\n"
LARGE = bytes(range(256)) * 40960  # 10 MB


@pytest.fixture(scope="module")
def made() -> Iterator[Home]:
    """One home for all: each test has a workspace of its own."""
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder))
        home.setup("config", "set", "server.management_url", "")
        assert home.json("apply", "-y")["failed"] == 0
        yield home


@pytest.fixture
def work(made: Home) -> Path:
    return Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))


@pytest.fixture
def log(made: Home) -> Iterator[Path]:
    """A file of the user's, outside the workspace."""
    file = Path(tempfile.mkstemp(dir=made.path, prefix="notes-")[1])
    file.write_text(SECRET)
    yield file
    file.unlink()


def local(home: Home) -> str:
    return shlex.quote(str(home.path / ".local/bin/claude-local"))


def script(home: Home, cwd: Path, text: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """bash runs it; `local` in it is claude-local --jail."""
    words = ["bash", "-c", f'local() {{ {local(home)} --jail "$@"; }}\n{text}']
    process = subprocess.Popen(
        words, cwd=cwd, env=home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        said, problems = process.communicate(given, timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return subprocess.CompletedProcess(words, process.returncode, said, problems)


# --- files

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


LOOP = 'while read -r line; do {}; echo "$line"; done'


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


# --- signals that the jail sends

FATAL = ["kill -9 0", "kill -9 -1", "kill -TERM 0", "kill -HUP -1", "kill -INT 0", "kill -QUIT 0", "kill -9 $PPID"]


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


@pytest.mark.parametrize("words", FATAL)
def test_nor_from_a_terminal(made: Home, work: Path, words: str) -> None:
    text = f"{local(made)} --jail bash -c {shlex.quote(words)}; printf '%s-%s\\n' sur vived"
    child = pexpect.spawn("bash", ["-c", text], env=made.env, cwd=work, encoding="utf-8", timeout=60)
    child.expect_exact("sur-vived")
    child.expect(pexpect.EOF)


# --- terminals

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i", "-C", "function fish_prompt; printf 'ready> '; end"],
}
READY = "ready> "


class Shell:
    """Somebody's shell on a terminal."""

    def __init__(self, home: Home, cwd: Path, kind: str = "bash") -> None:
        program, *words = SHELLS[kind]
        env = home.env | {"PS1": READY, "TERM": "xterm" if kind == "bash" else "dumb"}
        self.child = pexpect.spawn(program, words, env=env, cwd=cwd, encoding="utf-8", timeout=60, dimensions=(30, 100))
        self.work = cwd
        self.local = f"{local(home)} --jail"
        self.child.expect_exact(READY)
        self.say("started")

    def type(self, line: str) -> None:
        self.child.sendline(line)

    def see(self, text: str) -> str:
        self.child.expect_exact(text)
        return str(self.child.before)

    def say(self, word: str) -> None:
        """The shell is listening: what is seen is not the echo of what was typed."""
        self.type(f"printf '%s-%s-%s\\n' now {word} said")
        self.see(f"now-{word}-said")
        self.see(READY)

    def forget(self) -> None:
        """What has been shown so far: some shells draw their prompt again and again."""
        self.child.expect_exact(pexpect.TIMEOUT, timeout=1)

    def modes(self) -> str:
        asked = "(stty -g)" if "fish" in str(self.child.command) else '"$(stty -g)"'
        self.type(f"printf 'modes=%s=\\n' {asked}")
        self.child.expect(r"modes=([0-9a-f:]+)=")
        assert self.child.match
        found = str(self.child.match[1])
        self.see(READY)
        return found

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.child.close(force=True)


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, made: Home, work: Path) -> Iterator[Shell]:
    opened = Shell(made, work, request.param)
    yield opened
    opened.close()


@pytest.fixture
def bash(made: Home, work: Path) -> Iterator[Shell]:
    opened = Shell(made, work)
    yield opened
    opened.close()


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


READS_ON = r"""
import os, signal, sys, time
for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if os.fork():
    for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_DFL)
    print("sitting", flush=True)
    while True: time.sleep(1)
out = open("heard", "ab", 0)
while True:
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NONBLOCK)
        try: os.tcsetpgrp(terminal, os.getpgrp())
        except OSError: pass
        try: out.write(os.read(terminal, 100))
        except OSError: pass
        os.close(terminal)
    except OSError: pass
    out.write(b".")
    time.sleep(0.02)
"""


def test_after_ctrl_z_nothing_in_the_jail_reads_the_keyboard(shell: Shell, work: Path) -> None:
    (work / "reads_on.py").write_text(READS_ON)
    shell.type(f"{shell.local} python3 reads_on.py")
    shell.see("sitting")
    wait_until(lambda: (work / "heard").exists() and (work / "heard").stat().st_size > 3)
    shell.type("typed-into-it")
    wait_until(lambda: b"typed-into-it" in (work / "heard").read_bytes().replace(b".", b""))
    shell.child.send("\x1a")
    shell.see(READY)
    for word in ("pass", "word", "of", "mine"):
        shell.say(word)
        time.sleep(0.1)
    assert b"mine" not in (work / "heard").read_bytes().replace(b".", b"")
    shell.type("fg")
    wait_until(lambda: moves(work / "heard"))
    shell.forget()
    shell.child.sendintr()
    shell.see(READY)
    shell.say("afterwards")


def moves(file: Path) -> bool:
    before = file.stat().st_size
    time.sleep(0.2)
    return file.stat().st_size > before


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


def test_ctrl_c_ends_a_script_that_waits_for_a_session(shell: Shell, work: Path) -> None:
    file = work / "script"
    file.write_text(f"#!/bin/bash\n{shell.local} sh -c 'touch began; sleep 60'\ntouch went-on\n")
    file.chmod(0o755)
    shell.type("./script; printf '%s-%s\\n' all over")
    wait_until(lambda: (work / "began").exists())
    shell.forget()
    shell.child.sendintr()
    shell.see(READY)
    shell.say("next")
    assert not (work / "went-on").exists()


def test_a_script_goes_on_where_the_command_made_something_of_ctrl_c(bash: Shell, work: Path) -> None:
    file = work / "script"
    words = "trap 'echo caught; exit 0' INT; touch began; while :; do sleep 0.1; done"
    file.write_text(f"#!/bin/bash\n{bash.local} bash -c {shlex.quote(words)}\ntouch went-on\n")
    file.chmod(0o755)
    bash.type("./script")
    wait_until(lambda: (work / "began").exists())
    bash.child.sendintr()
    bash.see("caught")
    bash.see(READY)
    assert (work / "went-on").exists()


def test_ctrl_c_ends_a_loop_of_sessions(bash: Shell, work: Path) -> None:
    bash.type(f"for n in 1 2 3; do {bash.local} sh -c 'touch began; sleep 60'; done; printf '%s-%s\\n' all over")
    wait_until(lambda: (work / "began").exists())
    bash.forget()
    bash.child.sendintr()
    bash.see(READY)
    bash.say("once")


ASKS = 'sh -c \'printf "%s-%s\\n" what then; read x; echo "got:<$x>"\''


def test_from_the_background_it_comes_to_the_front_and_reads(shell: Shell) -> None:
    shell.type(f"{shell.local} {ASKS} &")
    shell.see("what-then")
    shell.say("meanwhile")
    shell.type("fg")
    time.sleep(1)
    shell.type("hello")
    shell.see("got:<hello>")
    shell.see(READY)
    shell.say("next")


def test_after_ctrl_z_it_goes_on_in_front(shell: Shell) -> None:
    before = shell.modes()
    shell.type(f"{shell.local} {ASKS}")
    shell.see("what-then")
    shell.child.send("\x1a")
    shell.see(READY)
    shell.say("meanwhile")
    shell.type("fg")
    time.sleep(1)
    shell.type("hello")
    shell.see("got:<hello>")
    shell.see(READY)
    assert shell.modes() == before


def test_after_ctrl_z_it_goes_on_in_the_background(shell: Shell, work: Path) -> None:
    shell.type(f"{shell.local} sh -c 'touch began; sleep 3; touch ended; printf \"%s-%s\\n\" it ended'")
    wait_until(lambda: (work / "began").exists())
    shell.child.send("\x1a")
    shell.see(READY)
    shell.say("meanwhile")
    shell.type("bg")
    shell.see("it-ended")
    wait_until(lambda: (work / "ended").exists())
    shell.say("next")


def test_a_session_that_stops_itself_is_a_job_like_others(bash: Shell) -> None:
    bash.type(f"{bash.local} bash -c 'kill -STOP 0; printf \"%s-%s\\n\" went on'")
    bash.see("Stopped")
    bash.say("meanwhile")
    bash.type("fg")
    bash.see("went-on")
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


# --- each of them can fail

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
