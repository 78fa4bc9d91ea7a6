"""What a session has left in the workspace is named."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pexpect
import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home
from tests.session.workspace.ends import command, session_of

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
    ".husky/pre-push": "git's hooks run it",
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
    assert ".git/config" in session_of(ready, "git init -q other; git -C other config core.fsmonitor ./evil")


ENDLESS = {
    "a device": "ln -s /dev/zero package.json; mkdir -p sub/.git; ln -s /dev/zero sub/.git/config",
    "a config of spaces": "mkdir -p sub/.git; printf 'worktree =%900000s#' x >sub/.git/config",
    "a file of a terabyte": "truncate -s 1T package.json; mkdir -p sub/.git; truncate -s 1T sub/.git/config",
    "settings of a terabyte": "truncate -s 1T ~/.claude-local/settings.json",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_a_session_left_to_be_read_for_ever_is_not(ready: Home, what: str) -> None:
    begun = time.monotonic()
    said = session_of(ready, ENDLESS[what])
    assert time.monotonic() - begun < 60
    assert ("sub/.git/config" in said) == ("sub" in ENDLESS[what])


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
