"""A developer's day: what works outside works inside, or one sentence says what would allow it."""

from __future__ import annotations

import os
import pwd
import time
from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.run.shells import local, script


def said(home: Home, work: Path, words: str) -> str:
    done = home.local("--jail", "sh", "-c", words, cwd=work)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("mask", ["0022", "0002", "0027", "0077"])
def test_the_callers_umask_is_kept(made: Home, work: Path, mask: str) -> None:
    done = script(made, work, f"umask {mask}; local sh -c 'umask; touch f'")
    assert done.stdout.decode() == f"{mask}\n"
    assert (work / "f").stat().st_mode & 0o777 == 0o666 & ~int(mask, 8)


def test_variables_that_say_how_tools_work_pass_and_others_are_named(made: Home, work: Path) -> None:
    passed = {
        "CC": "clang",
        "MAKEFLAGS": "-j4",
        "PKG_CONFIG_PATH": "/x",
        "NODE_EXTRA_CA_CERTS": "/etc/ca.pem",
        "CI": "1",
    }
    kept = {"MY_TOKEN": "secret", "PIP_FIND_LINKS": "https://me:word@host/x", "NODE_OPTIONS": "--require /opt/hook.js"}
    home = Home(made.path, passed | kept)
    lines = said(home, work, "env").splitlines()
    assert {f"{name}={value}" for name, value in passed.items()} <= set(lines)
    assert not [line for line in lines if line.startswith(tuple(kept))]
    (line,) = [line for line in home.local("--explain", cwd=work).stdout.splitlines() if line.startswith("dropped")]
    assert line == "dropped    MY_TOKEN, NODE_OPTIONS, PIP_FIND_LINKS (isolation.pass_env passes more)"


@pytest.mark.parametrize("kind", ["ssh", "openpgp"])
def test_commits_that_would_be_signed_are_made_and_that_is_said_once(made: Home, work: Path, kind: str) -> None:
    user = "[user]\nname = a\nemail = a@b\nsigningkey = x\n"
    text = f"{user}[commit]\ngpgsign = true\n[tag]\ngpgsign = 1\n[gpg]\nformat = {kind}\n"
    made.write(".gitconfig", text)
    try:
        commit = "git commit -q --allow-empty -m x && git tag -a v1 -m x && git log -1 --format=%s%G?"
        made.run("git", "init", "-q", cwd=work)
        done = made.local("--jail", "sh", "-c", commit, cwd=work)
        assert done.stdout == "xN\n"
        (line,) = done.stderr.splitlines()
        assert line.endswith("outside: git rebase --exec 'git commit --amend --no-edit -S' @{upstream}")
        assert made.local("--jail", "true", cwd=work).stderr == ""
    finally:
        (made.path / ".gitconfig").unlink()


def test_without_internet_package_managers_say_so_at_once(made: Home, work: Path) -> None:
    begin = time.monotonic()
    done = made.local("--jail", "npm", "install", "left-pad", cwd=work)
    assert done.returncode != 0
    assert "EAI_AGAIN" in done.stderr
    assert time.monotonic() - begin < 20


def test_a_user_whom_only_a_directory_service_knows_is_somebody(made: Home, work: Path) -> None:
    """`libnss-extrausers` and the like are asked outside; inside there is a line in a file."""
    assert said(made, work, "whoami; id -gn").split() == [
        pwd.getpwuid(os.getuid()).pw_name,
        said(made, work, "id -gn").strip(),
    ]


def test_masked_files_are_empty_and_cannot_be_written(plain_home: Home) -> None:
    plain_home.setup("config", "set", "isolation.mask", ".env,*.pem")
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    for name in (".env", "deep/er/key.pem", "plain"):
        plain_home.write(f"project/{name}", "secret\n")
    (work / "deep/.env").symlink_to("../real")
    plain_home.write("project/real", "secret\n")
    words = "cat .env deep/er/key.pem deep/.env real plain; echo x >.env; echo x >deep/er/key.pem; rm .env"
    assert plain_home.local("--jail", "sh", "-c", words, cwd=work).stdout == "secret\n"
    assert (work / ".env").read_text() == (work / "deep/er/key.pem").read_text() == "secret\n"
    assert f"hidden     {work}/.env: isolation.mask names it" in plain_home.local("--explain", cwd=work).stdout


@pytest.mark.parametrize("value", ["a/b", "..", "*"])
def test_a_mask_is_a_name(plain_home: Home, value: str) -> None:
    done = plain_home.setup("config", "set", "isolation.mask", value)
    assert (done.returncode, done.stderr.count("\n")) == (2, 2)


def test_devices_are_there_where_they_are_named(plain_home: Home) -> None:
    work = plain_home.workspace()
    assert plain_home.json("apply", "-y")["failed"] == 0
    before = plain_home.local("--jail", "ls", "/dev/net/tun", cwd=work)
    assert before.returncode != 0
    plain_home.setup("config", "set", "isolation.devices", "gpu,/dev/net/tun,/dev/video77")
    assert plain_home.json("apply", "-y")["failed"] == 0
    assert plain_home.local("--jail", "ls", "/dev/net/tun", cwd=work).stdout == "/dev/net/tun\n"
    assert plain_home.local("--jail", "sh", "-c", "touch /dev/x || mknod /dev/y c 1 1", cwd=work).returncode != 0


@pytest.mark.parametrize(
    "value",
    [
        "/dev/mem",
        "/dev/sda",
        "/dev/nvme0n1",
        "/dev/../etc/passwd",
        "/etc/passwd",
        "/dev/pts",
        "/dev/uinput",
        "/dev/tty1",
    ],
)
def test_what_is_no_device_for_a_session_is_refused(plain_home: Home, value: str) -> None:
    done = plain_home.setup("config", "set", "isolation.devices", value)
    assert done.returncode == 2


def test_the_current_directory_is_gone(made: Home, work: Path) -> None:
    done = script(made, work, f"mkdir gone; cd gone; rmdir ../gone; {local(made)} --jail true")
    assert (done.returncode, done.stderr) == (
        1,
        b"claude-local: the current directory is gone: mkdir -p ~/project && cd ~/project\n",
    )
