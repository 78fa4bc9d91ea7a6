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

NAP = f"4711.{os.getpid()}"  # a sleep that can be told from all others


@pytest.fixture
def ready(plain_home: Home) -> Home:
    assert plain_home.json("apply", "-y")["failed"] == 0
    return plain_home


def command(home: Home) -> str:
    return str(home.path / ".local/bin/claude-local")


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


def session_of(home: Home, script: str) -> str:
    """What is said after a session in which a stand-in for claude does `script`."""
    fake = home.write("bin/claude", f"#!/bin/bash\n{script}\n")
    fake.chmod(0o755)
    with MessagesApi() as api:
        home.setup("config", "set", "server.base_url", api.base_url)
        home.setup("config", "set", "claude.path", str(fake))
        assert home.json("apply", "-y")["failed"] == 0
        done = home.local("-p", "x", cwd=home.workspace())
        assert done.returncode == 0, done.stderr
        return done.stderr


PLANTED = {
    ".envrc": "direnv runs it",
    ".mcp.json": "claude starts the servers",
    ".vscode/tasks.json": "VS Code obeys it",
    "my.code-workspace": "VS Code obeys it",
    ".zed/tasks.json": "Zed obeys it",
    ".nvim.lua": "vim runs it",
    ".dir-locals.el": "Emacs obeys it",
    ".claude/settings.json": "claude runs the hooks",
    "sub/.git/hooks/post-commit": "git runs it",
    ".git/hooks/pre-commit": "git runs it",
    ".husky/pre-push": "git runs it",
    ".git/commondir": "git obeys it",
    ".git/config.worktree": "git obeys it",
    ".npmrc": "the package manager obeys it",
    ".github/workflows/x.yml": "it runs on your CI",
}


def test_what_a_session_planted_is_named_one_line_each(ready: Home) -> None:
    ready.run("git", "init", "-q", cwd=ready.workspace())
    (ready.workspace() / ".git/hooks/pre-commit").unlink(missing_ok=True)
    subprocess.run(["rm", "-rf", ready.workspace() / ".git/hooks"], check=True)
    script = "".join(f"mkdir -p '{Path(name).parent}'; echo '[x]' >'{name}'\n" for name in PLANTED)
    said = session_of(ready, f"{script}touch -d 2001-01-01 .envrc; echo text >notes.md")
    for name, reason in PLANTED.items():
        assert [line for line in said.splitlines() if line.startswith(f"  {name}: {reason}")], name
    assert len(said.splitlines()) == len(PLANTED) + 1
    assert "notes.md" not in said


@pytest.mark.parametrize("folder", ["tools/hooks", "."])
def test_a_folder_that_core_hooks_path_names_is_watched_too(ready: Home, folder: str) -> None:
    ready.run("git", "init", "-q", cwd=ready.workspace())
    ready.run("git", "config", "core.hooksPath", folder, cwd=ready.workspace())
    said = session_of(ready, f"mkdir -p {folder}; echo >{folder}/pre-commit; echo text >notes.md")
    assert f"{folder}/pre-commit: git runs it".removeprefix("./") in said
    assert "notes.md" not in said


def test_a_link_in_a_protected_place_cannot_be_replaced(ready: Home) -> None:
    ready.write("project/shared/tasks.json", "{}")
    (ready.workspace() / ".vscode").symlink_to("shared")
    said = session_of(ready, "echo x >.vscode/tasks.json; rm .vscode; mv .vscode moved; rm -r shared; true")
    assert said.count("Device or resource busy") >= 2
    assert (ready.workspace() / ".vscode").is_symlink()
    assert (ready.workspace() / "shared/tasks.json").read_text() == "{}"


def test_an_ordinary_session_ends_in_silence(ready: Home) -> None:
    ready.run("git", "init", "-q", cwd=ready.workspace())
    edit = 'echo x >main.py; echo \'{"name": "x"}\' >package.json'
    work = f"{edit}; git add -A; git -c user.name=a -c user.email=b commit -qm x"
    assert session_of(ready, work) == ""


def test_a_new_repository_is_silent_unless_its_config_names_a_program(ready: Home) -> None:
    assert session_of(ready, "git init -q new; cd new; git config user.name a; git branch -m main") == ""
    assert ".git/config" in session_of(ready, "cd new; git config core.fsmonitor ./evil")


ENDLESS = {
    "a device": "ln -s /dev/zero package.json; mkdir -p sub/.git; ln -s /dev/zero sub/.git/config",
    "a file of a terabyte": "truncate -s 1T package.json; mkdir -p sub/.git; truncate -s 1T sub/.git/config",
    "settings of a terabyte": "truncate -s 1T ~/.claude-local/settings.json",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_a_session_left_to_be_read_for_ever_is_not(ready: Home, what: str) -> None:
    begun = time.monotonic()
    said = session_of(ready, ENDLESS[what])
    assert time.monotonic() - begun < 60
    assert ("sub/.git/config" in said) == ("sub" in ENDLESS[what])


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


def test_what_was_planted_is_named_after_ctrl_c_too(ready: Home) -> None:
    fake = ready.write("bin/claude", "#!/bin/sh\ntouch .envrc; echo up; sleep 60\n")
    fake.chmod(0o755)
    with MessagesApi() as api:
        ready.setup("config", "set", "server.base_url", api.base_url)
        assert ready.json("apply", "-y")["failed"] == 0
        child = pexpect.spawn(command(ready), [str(fake), "-p", "x"], env=ready.env, cwd=ready.workspace())
        child.expect("up")
        child.sendintr()
        child.expect(".envrc: direnv runs it")
        child.expect(pexpect.EOF)
        child.close()
    assert child.signalstatus == signal.SIGINT


def test_a_planted_name_cannot_speak_to_the_terminal(ready: Home) -> None:
    said = session_of(ready, "mkdir -p $'\\e]0;evil\\a'; echo >$'\\e]0;evil\\a/.envrc'")
    assert ".envrc" in said
    assert "\x1b" not in said
