"""How a session ends: nothing stays behind, also after kill -9, and what it planted is named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home, wait_until
from tests.session.workspace.ends import command, session_of

NAP = f"4711.{os.getpid()}"  # a sleep that can be told from all others


def start(home: Home, cwd: Path) -> subprocess.Popen[bytes]:
    session = subprocess.Popen(
        [command(home), "--jail", "sleep", NAP], cwd=cwd, env=home.env,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    wait_until(lambda: bool(processes(f"^sleep {NAP}")))
    return session


def processes(pattern: str) -> list[int]:
    found = subprocess.run(["pgrep", "-u", str(os.getuid()), "-f", "--", pattern], capture_output=True, text=True)
    return [int(line) for line in found.stdout.split()]


VICTIMS: dict[str, Callable[[subprocess.Popen[bytes]], list[int]]] = {
    "the wrapper": lambda session: [session.pid],
    "the jail": lambda session: processes(f"^bwrap --args .* sleep {NAP}")[:1],
    "the jail's first process": lambda session: processes(f"^bwrap --args .* sleep {NAP}")[1:],
    "the command": lambda _: processes(f"^sleep {NAP}"),
    "all of it": lambda session: [session.pid, *processes(f"^bwrap .* {NAP}")],
}


@pytest.mark.parametrize("victim", VICTIMS)
def test_after_kill_9_nothing_stays(ready: Home, victim: str) -> None:
    work = ready.workspace()
    session = start(ready, work)
    for process in VICTIMS[victim](session):
        os.kill(process, signal.SIGKILL)
    session.wait(timeout=60)
    wait_until(lambda: not processes(NAP))
    assert list(work.iterdir()) == []


ON_A_TERMINAL: dict[str, str] = {
    "the wrapper": r"^/usr/bin/python3 -IS .*/claude-local --jail sleep",
    "the monitor": "monitor",
    "the jail": "^bwrap --args",
}


@pytest.mark.parametrize("victim", ON_A_TERMINAL)
def test_on_a_terminal_too_and_it_is_as_it_was(ready: Home, victim: str) -> None:
    """With modes that a session has changed: the shell gets back its own."""
    child = pexpect.spawn(
        "bash", ["--norc"], env=ready.env | {"PS1": "ready> "}, cwd=ready.workspace(), encoding="utf-8"
    )
    child.expect("ready> ")
    child.sendline(f"'{command(ready)}' --jail sh -c 'stty raw -echo; exec sleep {NAP}'")
    wait_until(lambda: bool(processes(f"^sleep {NAP}")))
    ours = [process for process in processes(NAP) if Path(f"/proc/{process}/comm").read_text().startswith("claude-")]
    leaders = {"the monitor": [ours[1]], "the wrapper": [ours[0]]}
    for process in leaders.get(victim) or processes(f"{ON_A_TERMINAL[victim]}.*{NAP}")[:1]:
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not processes(f"^sleep {NAP}"))
    child.sendline("stty -a | tr ';' '\\n' | grep -w -e -icanon -e icanon; echo seen")
    child.expect("seen\r")
    child.expect("seen\r")
    assert " icanon" in child.before or "icanon " in child.before.replace("-icanon", "raw")
    child.close(force=True)
    wait_until(lambda: not processes(NAP))


def test_with_the_proxy_there_is_nothing_more_to_stay(ready: Home) -> None:
    ready.setup("config", "set", "network.domains", "good.test")
    assert ready.json("apply", "-y")["failed"] == 0
    session = start(ready, ready.workspace())
    os.kill(session.pid, signal.SIGKILL)
    session.wait(timeout=60)
    wait_until(lambda: not processes(NAP))


def test_a_relay_that_is_killed_takes_nothing_with_it(ready: Home) -> None:
    with MessagesApi() as api:
        ready.setup("config", "set", "server.base_url", api.base_url)
        assert ready.json("apply", "-y")["failed"] == 0
        talk = f"exec 3<>/dev/tcp/127.0.0.1/{api.port}; echo up; cat <&3; echo cut; exec sleep {NAP}"
        session = subprocess.Popen(
            [command(ready), "--jail", "bash", "-c", talk], cwd=ready.workspace(), env=ready.env, stdout=subprocess.PIPE
        )
        assert session.stdout
        assert session.stdout.readline() == b"up\n"
        wait_until(lambda: bool(processes(rf"^socat FD:.* TCP:127.0.0.1:{api.port}$")))
        os.kill(processes(rf"^socat FD:.* TCP:127.0.0.1:{api.port}$")[0], signal.SIGKILL)
        assert session.stdout.readline() == b"cut\n"
        session.terminate()
        session.wait(timeout=60)
    wait_until(lambda: not processes(NAP))


def test_when_the_terminal_is_closed_nothing_stays(ready: Home) -> None:
    child = pexpect.spawn(command(ready), ["--jail", "sleep", NAP], env=ready.env, cwd=ready.workspace())
    wait_until(lambda: bool(processes(f"^sleep {NAP}")))
    child.close(force=True)
    wait_until(lambda: not processes(NAP))


def test_ctrl_c_ends_the_command_and_its_code_is_passed_on(ready: Home) -> None:
    script = "trap 'exit 42' INT; echo up; while :; do sleep 0.1; done"
    child = pexpect.spawn(command(ready), ["--jail", "bash", "-c", script], env=ready.env, cwd=ready.workspace())
    child.expect("up")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 42


def test_ctrl_z_stops_and_fg_goes_on_and_the_size_is_followed(ready: Home) -> None:
    shell = pexpect.spawn("bash", ["--norc", "-i"], env=ready.env | {"PS1": "ready> "}, cwd=ready.workspace())
    shell.expect("ready> ")
    script = "trap 'stty size' WINCH; echo up; while :; do sleep 0.1; done"
    shell.sendline(f'"{command(ready)}" --jail bash -c "{script}"')
    shell.expect("\rup\r")
    shell.setwinsize(33, 77)
    shell.expect("33 77")
    shell.send("\x1a")
    shell.expect("Stopped")
    shell.sendline("fg")
    time.sleep(1)  # a size that changes before the command is in front again is news for the shell alone
    shell.setwinsize(44, 88)
    shell.expect("44 88")
    shell.sendintr()
    shell.close(force=True)


def test_what_a_session_writes_into_its_settings_is_gone_with_it_but_for_its_looks(ready: Home) -> None:
    settings = ready.path / ".claude-local/settings.json"
    before = settings.read_bytes()
    evil = {"Stop": [{"hooks": [{"type": "command", "command": "evil"}]}]}
    hook = json.dumps({"theme": "dark", "hooks": evil, "env": {"PATH": "x"}})
    assert session_of(ready, f"echo '{hook}' >~/.claude-local/settings.json") == ""
    assert settings.read_bytes() == before
    assert (
        session_of(ready, "cat ~/.claude-local/settings.json >&2")
        == json.dumps({**json.loads(before), "theme": "dark"}, indent=2) + "\n"
    )
