"""The jail, tried from inside; and the wrapper's words when a session cannot start."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import Home
from tests.messages_api import MessagesApi


@pytest.fixture
def ready(home: Home) -> Iterator[Home]:
    home.write(".ssh/id_ed25519", "secret")
    home.write(".bash_history", "secret")
    assert home.json("apply", "-y")["failed"] == 0
    yield home
    assert not list(Path("/tmp").glob(f"claude-local-{home.path.owner()}-*"))


def test_verify_tries_the_whole_battery(ready: Home) -> None:
    findings = ready.json("verify")["hosts"][0]["findings"]
    boundary = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert len(boundary) >= 35
    assert [finding for finding in boundary if not finding["ok"]] == []


@pytest.mark.parametrize("command", ["cat ~/.ssh/id_ed25519", "test -s ~/.bash_history", "touch ~/x", "sudo -n true"])
def test_the_jail_refuses(ready: Home, command: str) -> None:
    assert ready.local("--jail", "sh", "-c", command, cwd=ready.workspace()).returncode != 0


def test_the_jail_lets_work_be_done(ready: Home) -> None:
    work = ready.workspace("my work\nspace -- $(x)")
    done = ready.local("--jail", "sh", "-c", "echo text >file && cat file && pwd", cwd=work)
    assert done.stdout == f"text\n{work}\n"


def test_only_the_models_port_is_reached(ready: Home) -> None:
    with MessagesApi() as api, socket.create_server(("127.0.0.1", 0)) as other:
        ready.setup("config", "set", "server.base_url", api.base_url)
        ready.json("apply", "-y")
        work = ready.workspace()
        connect = "exec 3<>/dev/tcp/127.0.0.1/$1"
        assert ready.local("--jail", "bash", "-c", connect, "x", str(api.port), cwd=work).returncode == 0
        assert ready.local("--jail", "bash", "-c", connect, "x", str(other.getsockname()[1]), cwd=work).returncode != 0


def test_the_home_is_no_workspace(ready: Home) -> None:
    done = ready.local("--jail", "true", cwd=ready.path)
    assert done.returncode == 1
    assert "whole home directory" in done.stderr
