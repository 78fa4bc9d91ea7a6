"""What users do wrong and what machines lack: one sentence, one remedy, the right exit code, and nothing is lost."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pexpect
import pytest

from tests.homes import Home, tree


def assert_refused(done: CompletedProcess[str], said: str, code: int) -> None:
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stderr
    assert done.stderr.count("remedy:") <= 1  # where no command helps the sentence says what to do
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[server\n", "not valid TOML"),
        ("[server]\nbase_ulr = 'x'\n", "did you mean server.base_url?"),
        ("[server]\nbase_url = 'http://user:word@host'\n", "must be a plain http:// or https:// address"),
        ("[server]\nbase_url = 'http://host:99999'\n", "port outside 1-65535"),
        ("[server]\ncontext_tokens = 'many'\n", "must be a whole number"),
        ("[server]\nauth_token = 'two words'\n", "must be ASCII without spaces"),
        ("server = 3\n", "unknown key server"),
        ("[isolation]\nlevel = 'open'\n", "must be one of config, bash, session, strict"),
        ("[isolation]\nwrite = ['/']\n", "too wide"),
        ("[isolation]\nread = ['/home/../etc']\n", "must not contain .."),
        ("[isolation]\npass_env = ['LD_PRELOAD']\n", "set by claude-local itself"),
        ("[network]\nports = [70000]\n", "not a port"),
        ("[network]\nports = '8080'\n", "must be a list"),
        ("[network]\npublish = [80]\n", "is root's to open"),
        ("[network]\ndomains = ['*.example.org']\n", "must be a lower-case name"),
        ("settings = 1\n", "must be a table"),
    ],
)
def test_a_bad_config_is_refused_with_the_key_the_reason_and_the_file(plain_home: Home, toml: str, said: str) -> None:
    plain_home.write(".config/claude-local-setup/config.toml", toml)
    before = tree(plain_home.path)
    done = plain_home.setup("apply", "-y")
    assert_refused(done, said, 2)
    assert "config.toml" in done.stderr
    assert tree(plain_home.path) == before


def test_a_config_that_is_not_text_is_refused(plain_home: Home) -> None:
    plain_home.write(".config/claude-local-setup/config.toml", b"\xff\xfe\0")
    assert_refused(plain_home.setup("apply", "-y"), "not valid UTF-8", 2)
    (plain_home.path / ".config/claude-local-setup/config.toml").unlink()
    (plain_home.path / ".config/claude-local-setup/config.toml").mkdir()
    assert_refused(plain_home.setup("verify"), "Is a directory", 2)


IN_THE_WAY: dict[str, tuple[Callable[[Home], object], str]] = {
    "unparsable settings": (lambda h: h.write(".claude-local/settings.json", "{ not json"), "not valid JSON"),
    "settings that are a list": (lambda h: h.write(".claude-local/settings.json", "[1]"), "not a JSON object"),
    "settings that are a folder": (lambda h: h.write(".claude-local/settings.json/file", ""), "it is not a file"),
    "config directory that is a file": (lambda h: h.write(".claude-local", "mine"), "it is not a folder"),
    "read-only rc file": (lambda h: h.write(".bashrc", "mine\n").chmod(0o444), "read-only"),
    "unreadable rc file": (lambda h: h.write(".bashrc", "mine\n").chmod(0o000), "cannot be read"),
    "rc file that leads nowhere": (lambda h: (h.path / ".bashrc").symlink_to("gone"), "which is not there"),
    "rc file that leads to itself": (lambda h: (h.path / ".bashrc").symlink_to(".bashrc"), "which is not there"),
    "bin that is a file": (lambda h: h.write(".local/bin", "mine"), "it is not a folder"),
    "read-only bin": (lambda h: (h.path / ".local/bin").mkdir(parents=True, mode=0o555), "cannot be written"),
    "link to the normal claude": (
        lambda h: (h.write(".claude/settings.json", "{}").parent.parent / ".claude-local").symlink_to(".claude"),
        "belongs to the normal claude",
    ),
}


def names(home: Home) -> dict[Path, tuple[int, int, int]]:
    """Every name with its mode, size and time of change: content that cannot be read too."""
    found = {path: path.lstat() for path in home.path.rglob("*")}
    return {path: (entry.st_mode, entry.st_size, entry.st_mtime_ns) for path, entry in found.items()}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_is_in_the_way_stops_apply_before_it_writes(plain_home: Home, name: str) -> None:
    put, said = IN_THE_WAY[name]
    put(plain_home)
    before = names(plain_home)
    assert_refused(plain_home.setup("apply", "-y"), said, 1)
    assert names(plain_home) == before


def test_a_home_that_cannot_be_written_is_left_as_it_is(plain_home: Home) -> None:
    plain_home.path.chmod(0o555)
    try:
        assert_refused(plain_home.setup("apply", "-y"), "cannot be written", 1)
    finally:
        plain_home.path.chmod(0o755)
    assert tree(plain_home.path) == {}


RC_FILES = {
    "CRLF": b"alias a=b\r\nexport X=1\r\n",
    "not UTF-8": b"# caf\xe9\n\xff\xfe\n",
    "no final newline": b"export X=1",
    "torn block": b"a=1\n# >>> claude-local-setup >>>\nb=2\n",
    "end of a block only": b"a=1\n# <<< claude-local-setup <<<\nb=2\n",
    "two blocks": b"a=1\n" + b"# >>> claude-local-setup >>>\n# <<< claude-local-setup <<<\n" * 2 + b"b=2\n",
    "empty": b"",
}


@pytest.mark.parametrize("name", RC_FILES)
def test_the_users_lines_of_any_rc_file_are_kept(plain_home: Home, name: str) -> None:
    plain_home.write(".bashrc", RC_FILES[name])
    assert plain_home.json("apply", "-y")["failed"] == 0
    after = (plain_home.path / ".bashrc").read_bytes()
    theirs = [line for line in RC_FILES[name].splitlines(keepends=True) if b"claude-local-setup" not in line]
    kept = [line for line in after.splitlines(keepends=True) if line in theirs or line.rstrip(b"\n") in theirs]
    assert [line.rstrip(b"\n") for line in kept] == [line.rstrip(b"\n") for line in theirs]
    assert after.count(b">>> claude-local-setup >>>") == 1
    assert plain_home.json("apply", "-y")["changed"] == 0


def bare_path(home: Home, *without: str) -> str:
    """A PATH with all of /usr/bin and the rest but for the named programs."""
    folder = home.path / "bin-without"
    folder.mkdir()
    for source in (Path("/usr/sbin"), Path("/usr/bin")):
        for program in source.iterdir():
            link = folder / program.name
            if program.name not in without and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)


def test_without_apt_the_packages_are_named_for_other_tools(plain_home: Home) -> None:
    plain_home.extra["PATH"] = bare_path(plain_home, "bwrap", "socat", "apt-get")
    done = plain_home.setup("apply", "-y")
    assert_refused(done, "bubblewrap and socat missing, and there is no apt here", 1)
    assert "install them as this system does" in done.stderr
    assert not (plain_home.path / ".claude-local").exists()


def test_without_sudo_the_command_for_root_is_named(plain_home: Home) -> None:
    plain_home.extra["PATH"] = bare_path(plain_home, "bwrap", "sudo")
    done = plain_home.setup("apply", "-y")
    assert_refused(done, "there is no sudo", 1)
    assert "install bubblewrap' && claude-local-setup apply" in done.stderr


@pytest.mark.parametrize("answer", ["exit 1", "echo 'sorry, you may not run sudo' >&2; exit 1"])
def test_where_sudo_refuses_nothing_is_changed(plain_home: Home, answer: str) -> None:
    plain_home.extra["PATH"] = bare_path(plain_home, "bwrap", "sudo")
    sudo = plain_home.path / "bin-without/sudo"
    sudo.write_text(f"#!/bin/sh\n{answer}\n")
    sudo.chmod(0o755)
    before = tree(plain_home.path)
    done = plain_home.setup("apply", "-y")
    assert_refused(done, "sudo wants a password, and there is no terminal to ask for it", 1)
    assert "apt-get" in done.stderr
    assert tree(plain_home.path) == before


def test_without_a_terminal_and_without_yes_nothing_is_changed(plain_home: Home) -> None:
    assert_refused(plain_home.setup("apply"), "no terminal to ask on", 2)
    assert tree(plain_home.path) == {}


@pytest.mark.parametrize("named", ["/nonexistent", "", "relative"])
def test_without_a_home_it_says_so(plain_home: Home, named: str) -> None:
    plain_home.extra["HOME"] = named
    assert_refused(plain_home.setup("apply", "-y"), "HOME does not name a folder", 1)


def test_a_second_run_at_the_same_time_says_so(plain_home: Home) -> None:
    handle = os.open(plain_home.path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert_refused(plain_home.setup("apply", "-y"), "another claude-local-setup is at work here", 1)
    os.close(handle)
    assert plain_home.json("apply", "-y")["failed"] == 0


@pytest.mark.parametrize(("keys", "code"), [("n\r", 1), ("\r", 1), ("\x03", 130), ("\x04", 1)])
def test_no_enter_ctrl_c_and_ctrl_d_at_the_question_change_nothing(plain_home: Home, keys: str, code: int) -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "claude_local_setup", "apply"], env=plain_home.env, cwd=plain_home.path, timeout=60
    )
    child.expect("Do this")
    child.send(keys)
    child.expect("nothing was changed")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert tree(plain_home.path) == {}


@pytest.mark.parametrize("words", [["aply"], ["apply", "--yess"], ["config", "get"], ["completion", "csh"]])
def test_wrong_usage_is_exit_code_2(plain_home: Home, words: list[str]) -> None:
    done = plain_home.setup(*words)
    assert done.returncode == 2
    assert "Error:" in done.stderr
    assert "Traceback" not in done.stderr
