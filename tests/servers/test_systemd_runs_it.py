"""The server as a service of a user's own systemd: the real one, as a machine has it."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterator

import pytest

from tests.fakes.scripted_model import gguf
from tests.homes import wait_until
from tests.real.systemd import Booted, booted
from tests.servers.homes import TALKS, WHEELS

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the wheels are for x86_64"),
]

UNIT = "claude-local-server.service"
PIP = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS), "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture(scope="module")
def machine() -> Iterator[Booted]:
    with booted() as found:
        found.write("bin/claude", TALKS.encode(), 0o755)
        found.write("models/scripted.gguf", gguf())
        found.write("secret", b"not for a model server")
        found.write(
            ".config/claude-local-setup/config.toml",
            f'[server]\nmanagement_url = ""\ninstall = "auto"\nmodel_source = "{found.home}/models/scripted.gguf"\n'
            f'[claude]\npath = "{found.home}/bin/claude"\n'.encode(),
        )
        yield found


def test_it_is_installed_runs_confined_is_stopped_and_goes(machine: Booted) -> None:
    shown = machine.setup("apply", "--dry-run", **PIP).stdout
    assert "it runs at 127.0.0.1:8080 while you are logged in" in shown
    first = machine.setup("apply", "-y", **PIP)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "0 problems in" in first.stdout, first.stdout
    assert machine.systemctl("is-active", UNIT) == "active"
    assert machine.systemctl("is-enabled", UNIT) == "enabled"
    assert json.loads(machine.setup("apply", "-y", "--json", **PIP).stdout)["changed"] == 0
    assert_confined(machine)
    assert_commands_work(machine)
    assert_drift_is_repaired(machine)
    removed = json.loads(machine.setup("remove", "-y", "--purge", "--json").stdout)
    assert (removed["failed"], removed["problems"]) == (0, 0), removed
    assert machine.systemctl("is-active", UNIT) == "inactive"
    left = machine.run("find", ".local/share", ".config/systemd", "-name", "*claude-local*").stdout
    assert left == ""
    assert machine.run("test", "-f", "models/scripted.gguf").returncode == 0


def assert_confined(machine: Booted) -> None:
    """Looked at from inside its own view of the machine."""
    server = machine.systemctl("show", "--property=MainPID", "--value", UNIT)
    status = machine.run("cat", f"/proc/{server}/status").stdout
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    words = machine.run("cat", f"/proc/{server}/cmdline").stdout.split("\0")
    assert {"--offline", "--api-key-file"} <= set(words)
    within = ("nsenter", "-t", server, "--user", "--preserve-credentials", "--mount", "--")
    assert machine.run(*within, "cat", f"{machine.home}/secret").returncode != 0
    assert machine.run(*within, "cat", f"{machine.home}/models/scripted.gguf").returncode == 0
    for place in (machine.home, f"{machine.home}/models", "/etc", "/usr"):
        assert machine.run(*within, "touch", f"{place}/written").returncode != 0
    assert machine.run(*within, "ls", f"/run/user/{machine.run('id', '-u').stdout.strip()}").stdout == ""


def assert_commands_work(machine: Booted) -> None:
    assert machine.setup("server", "stop").returncode == 0
    assert machine.setup("server").stdout.startswith("state     stopped\n")
    session = machine.run("sh", "-c", "mkdir -p project && cd project && exec ~/.local/bin/claude-local")
    assert session.returncode == 1
    assert session.stderr == "claude-local: the model server does not run: claude-local-setup server start\n"
    assert machine.setup("server", "start").returncode == 0
    wait_until(lambda: json.loads(machine.setup("server", "--json").stdout)["state"] == "runs")
    told = machine.setup("server").stdout
    assert re.match(r"state     runs\nsince     20..-..-.. ..:..:..", told), told
    assert "scripted.gguf" in machine.setup("server", "logs").stdout


def assert_drift_is_repaired(machine: Booted) -> None:
    machine.systemctl("stop", UNIT)
    verified = json.loads(machine.setup("verify", "--json").stdout)
    (drifted,) = [item for item in verified["hosts"][0]["findings"] if item["check"] == "target state: model server"]
    assert not drifted["ok"]
    (answers,) = [item for item in verified["hosts"][0]["findings"] if item["check"] == "server: answers"]
    assert answers["remedy"] == "claude-local-setup server start"
    assert json.loads(machine.setup("apply", "-y", "--json", **PIP).stdout)["failed"] == 0
    assert machine.systemctl("is-active", UNIT) == "active"
