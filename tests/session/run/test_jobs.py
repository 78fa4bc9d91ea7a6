"""A session is a job like others: Ctrl-C, Ctrl-Z, fg and bg, in every shell."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

from tests.homes import wait_until
from tests.session.run.shells import READY, Shell

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
