"""What tests of consent share: projects that would start something."""

from __future__ import annotations

import json
from pathlib import Path

import pexpect

from tests.homes import Home

PROGRAM = "#!/bin/sh\nprintf '<%s>\\n' \"$@\"\n"  # instead of claude: it says with what it was called
OFF = ["<--setting-sources>", "<user>", "<--strict-mcp-config>"]
QUESTION = "as they are now? [y/N] "
HOOK = {"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch hook-ran"}]}]}}
SERVER = {"mcpServers": {"planted": {"command": "touch", "args": ["server-ran"]}}}


def put(work: Path, name: str, content: object) -> Path:
    file = work / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def called_with(home: Home, cwd: Path, *given: str) -> list[str]:
    """claude's arguments where nobody can be asked, with those `given`; ours for the rules left out."""
    local, program = str(home.path / ".local/bin/claude-local"), str(home.path / "bin/claude")
    done = home.run("setsid", "--wait", local, program, *given, "-p", "hi", cwd=cwd)
    assert done.returncode == 0, done.stderr
    words = done.stdout.splitlines()
    assert words[:2] == ["<--settings>", "</run/claude-local/enforced.json>"]
    assert words[-2:] == ["<-p>", "<hi>"]
    return words[2:-2]


class Person:
    """Somebody who starts a session on a terminal and answers what is asked."""

    def __init__(self, home: Home, cwd: Path) -> None:
        words = [str(home.path / "bin/claude"), "-p", "hi"]
        program = str(home.path / ".local/bin/claude-local")
        self.child = pexpect.spawn(program, words, env=home.env, cwd=cwd, encoding="utf-8", timeout=60)

    def is_asked(self) -> str:
        self.child.expect_exact(QUESTION)
        return str(self.child.before)

    def ends(self) -> list[str]:
        """claude's arguments; nothing was asked any more."""
        self.child.expect(pexpect.EOF)
        assert QUESTION not in self.child.before
        return [word for word in self.child.before.split() if word in OFF]

    def says(self, answer: str) -> list[str]:
        self.is_asked()
        self.child.send(answer)
        return self.ends()
