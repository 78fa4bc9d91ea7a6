"""The plan in a few lines, at several widths; what is asked for it, and what is said after it."""

from __future__ import annotations

import re
import subprocess
import sys

import pexpect
import pytest

from claude_local_setup.entries.actions import Step, install
from claude_local_setup.screen.plan import lines, shown
from tests.homes import Home, tree

STEPS = (
    Step("packages", "pending", "+ apt-get -q update\n+ apt-get install bubblewrap\n", install(["bubblewrap"])),
    Step("config directory", "pending", "+ mkdir -m 0700 /srv/u/.claude-local\n"),
    Step(
        "settings.json", "pending", "--- /dev/null\n+++ /srv/u/.claude-local/settings.json\n@@ -0,0 +1,2 @@\n+{\n+}\n"
    ),
    Step("CLAUDE.md", "pending", "--- /dev/null\n+++ /srv/u/.claude-local/CLAUDE.md\n@@ -0,0 +1 @@\n+x\n"),
    Step("ide link", "pending", "+ ln -s /srv/u/.claude/ide /srv/u/.claude-local/ide\n"),
    Step(
        "filter", "pending", "- /srv/u/a folder/f.bpf: 480 bytes of data\n+ /srv/u/a folder/f.bpf: 488 bytes of data\n"
    ),
    Step("rc", "pending", "--- /srv/u/.bashrc\n+++ /srv/u/.bashrc\n@@ -1,2 +1,3 @@\n-a\n+b\n+c\n"),
    Step("old", "pending", "- rm /srv/u/.local/bin/old\n"),
    Step("mode", "pending", "- mode 0644 /srv/u/key\n+ mode 0600 /srv/u/key\n"),
    Step("program", "pending", "+ /srv/u/.local/share/claude-local/program-1/session\n"),
    Step("claude", "pending", "+ npm install -g claude\n"),
    Step("well"),
    Step("broken", "failed", error="no"),
)
WIDE = """\
  new      /srv/u/.claude-local/  settings.json, CLAUDE.md, ide
  changed  /srv/u/a folder/f.bpf  (488 bytes)
  changed  /srv/u/.bashrc  (+2 -1 lines)
  removed  /srv/u/.local/bin/old
  changed  /srv/u/key  mode 0600
  new      /srv/u/.local/share/claude-local/program-1/session
  runs     npm install -g claude
"""
AT_60 = """\
  new      /srv/u/.claude-local/  settings.json, CLAUDE.md,
           ide
  changed  /srv/u/a folder/f.bpf  (488 bytes)
"""
NARROW = """\
  new      /srv/u/.claude-local/
           settings.json, CLAUDE.md, ide
"""


@pytest.mark.parametrize(("width", "text"), [(200, WIDE), (80, WIDE), (60, AT_60), (46, NARROW)])
def test_each_place_is_one_line_with_what_becomes_of_it(width: int, text: str) -> None:
    told = "\n".join(shown(lines(STEPS), width)) + "\n"
    assert told.startswith(text) and all(len(line) <= max(width, 65) for line in told.splitlines()), told


def apply(home: Home, *words: str) -> pexpect.spawn:
    words = ("-m", "claude_local_setup", "apply", *words)
    return pexpect.spawn(
        sys.executable, list(words), env={**home.env, "PAGER": "cat"}, cwd=home.path, timeout=60, encoding="utf-8"
    )


def test_the_plan_is_short_and_d_shows_every_difference(plain_home: Home) -> None:
    child = apply(plain_home)
    child.expect_exact("Do this? [y/N/d] ")
    before = str(child.before)
    assert before.count("\n") <= 15, before
    assert "new      ~/.local/bin/claude-local" in re.sub(r"\x1b\[[0-9;]*m", "", before)
    assert "Claude Code is not installed:" in before
    assert "  claude-local-setup config set claude.install native && claude-local-setup apply" in before
    child.sendline("d")
    child.expect_exact("+++ ~/.local/bin/claude-local")
    child.expect_exact("Do this? [y/N/d] ")
    child.sendline("y")
    child.expect_exact("next:")
    child.expect_exact("to undo all of it: claude-local-setup remove")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_the_question_goes_to_the_terminal_where_the_output_does_not(plain_home: Home) -> None:
    script = f"{sys.executable} -m claude_local_setup apply | cat >out"
    child = pexpect.spawn("bash", ["-c", script], env=plain_home.env, cwd=plain_home.path, timeout=60, encoding="utf-8")
    child.expect_exact("~/.local/bin/claude-local")
    child.expect_exact("Do this? [y/N/d] ")
    assert (plain_home.path / "out").read_text() == ""
    child.sendline("n")
    child.expect(pexpect.EOF)
    assert set(tree(plain_home.path)) == {"out"}


def test_the_next_steps_work_in_the_very_shell(plain_home: Home) -> None:
    """On a fresh Debian login: nothing of ours is on PATH yet."""
    plain_home.write(".bashrc", "")
    plain_home.extra |= {"SHELL": "/bin/bash", "PATH": "/usr/bin:/bin"}
    done = plain_home.setup("apply", "-y")
    after = done.stdout.partition("\nnext:\n")[2].splitlines()
    steps = [line for line in after if line.startswith("  ")]
    assert [step.split("#")[0].strip() for step in steps] == [
        ". ~/.bashrc",
        "mkdir -p ~/project && cd ~/project",
        "claude-local",
    ]
    script = "shopt -s expand_aliases\n" + "\n".join(steps).replace("\n  claude-local ", "\nclaude-local --jail pwd ")
    pasted = subprocess.run(
        ["bash", "-c", script], env=plain_home.env, cwd=plain_home.path, capture_output=True, text=True, check=False
    )
    assert pasted.stdout == f"{plain_home.path}/project\n", pasted.stderr
    assert "next:" not in plain_home.setup("apply", "-y").stdout


@pytest.mark.parametrize(("holds", "begins_there"), [(".git", True), ("claude_local_setup", False)])
def test_the_first_session_is_in_the_project_that_one_is_in_but_not_in_our_own(
    plain_home: Home, holds: str, begins_there: bool
) -> None:
    here = plain_home.workspace()
    for name in {".git", holds}:
        (here / name).mkdir()
    words = [sys.executable, "-m", "claude_local_setup", "apply", "-y"]
    after = plain_home.run(*words, cwd=here).stdout.partition("\nnext:\n")[2]
    assert ("  claude-local\n" in after) == begins_there
    assert ("mkdir -p ~/project" in after) != begins_there
