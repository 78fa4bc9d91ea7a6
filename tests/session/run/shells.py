"""What tests of streams and jobs share: a workspace, and shells on a terminal."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
from pathlib import Path

import pexpect

from tests.homes import Home


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


LOOP = 'while read -r line; do {}; echo "$line"; done'
FATAL = ["kill -9 0", "kill -9 -1", "kill -TERM 0", "kill -HUP -1", "kill -INT 0", "kill -QUIT 0", "kill -9 $PPID"]
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
