"""server.base_url = "auto": the model server of this machine is found at apply, and again at a start."""

from __future__ import annotations

import json
import socket
import sys
from contextlib import ExitStack

import pytest

from claude_local_setup.session.server.addresses import PORTS
from tests.fakes.messages_api import MessagesApi
from tests.fakes.model_servers import Hostile
from tests.fakes.other_servers import Ollama
from tests.homes import Home

STUB = """#!/bin/sh
echo "started $ANTHROPIC_MODEL $ANTHROPIC_BASE_URL"
grep -o '"ANTHROPIC_BASE_URL": "[^"]*"' "$2"
"""


def is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture
def ports() -> None:
    """The ports are this machine's own: one test at a time has them (tests/conftest.py), and nothing else is there."""
    taken = [port for port, _ in PORTS if not is_free(port)]
    assert not taken, f"these ports must be free on a machine that tests: {taken}"


def set_up(home: Home) -> None:
    stub = home.write("claude", STUB)
    stub.chmod(0o755)
    home.write(".config/claude-local-setup/config.toml", f'[claude]\npath = "{stub}"\n')
    assert home.json("apply", "-y")["failed"] == 0


def recorded(home: Home) -> str:
    return str(json.loads((home.path / ".local/share/claude-local/values.json").read_text())["base_url"])


@pytest.mark.usefixtures("ports")
def test_a_llama_server_of_august_2026_or_newer_is_found_where_it_listens_by_itself(plain_home: Home) -> None:
    with MessagesApi(port=9931):
        done = plain_home.setup("apply", "-y")
        assert "model server: http://127.0.0.1:9931, found there" in done.stdout
        set_up(plain_home)
        assert recorded(plain_home) == "http://127.0.0.1:9931"
        answer = plain_home.json("apply", "--dry-run")
        assert answer["changed"] + answer["pending"] == 0
        assert "server    http://127.0.0.1:9931 (found)" in plain_home.setup("status").stdout
        assert plain_home.setup("models").stdout.startswith("loaded    local-model")
        done = plain_home.local("-p", "hi", cwd=plain_home.workspace())
        assert "http://127.0.0.1:9931" in done.stdout, done.stderr
        assert "no model server answers" not in done.stderr
    answer = plain_home.json("apply", "--dry-run")  # it is down: what was found stays
    assert answer["changed"] + answer["pending"] == 0
    done = plain_home.local("-p", "hi", cwd=plain_home.workspace())
    assert "no server answers on this machine, http://127.0.0.1:9931 was the last one" in done.stderr


@pytest.mark.usefixtures("ports")
def test_a_start_finds_another_one_and_says_so_in_a_line(plain_home: Home) -> None:
    with MessagesApi(port=8080):
        set_up(plain_home)
    with Ollama({"qwen3:8b": 65536}, "qwen3:8b", port=11434):
        done = plain_home.local("-p", "hi", cwd=plain_home.workspace())
        said = "no model server answers at http://127.0.0.1:8080 now; the one at http://127.0.0.1:11434 does"
        assert done.stderr == f"claude-local: {said}\n"
        assert done.stdout.splitlines() == [
            "started qwen3:8b http://127.0.0.1:11434",
            '"ANTHROPIC_BASE_URL": "http://127.0.0.1:11434"',
        ]
        reached = "exec 3<>/dev/tcp/127.0.0.1/11434 && ~/.local/share/claude-local/model status </dev/null"
        done = plain_home.local("--jail", "bash", "-c", reached, cwd=plain_home.workspace())
        assert done.returncode == 0, done.stderr
        set_up(plain_home)
        assert recorded(plain_home) == "http://127.0.0.1:11434"
        with MessagesApi(port=8080):  # what answers stays
            assert plain_home.json("apply", "--dry-run")["pending"] == 0


@pytest.mark.usefixtures("ports")
def test_a_web_page_is_passed_over_and_a_server_that_is_there_found_behind_it(plain_home: Home) -> None:
    with ExitStack() as servers:
        servers.enter_context(Hostile(b"<!doctype html>", media="text/html", port=8080))
        servers.enter_context(Ollama({"qwen3:8b": 65536}, "qwen3:8b", port=11434))
        set_up(plain_home)
        assert recorded(plain_home) == "http://127.0.0.1:11434"
    with Hostile(b"<!doctype html>", media="text/html", port=8080) as page:
        plain_home.setup("config", "set", "server.base_url", page.url)
        plain_home.json("apply", "-y")
        done = plain_home.setup("models")
        assert "is no model server (text/html)" in done.stderr
        assert "is no model server (text/html)" in plain_home.local("--check-server").stdout


@pytest.mark.usefixtures("ports")
def test_where_there_is_none_it_is_said_before_the_question_and_apply_goes_on(plain_home: Home) -> None:
    done = plain_home.setup("apply", "--dry-run")
    assert "no model server answers on this machine" in done.stdout
    set_up(plain_home)
    assert recorded(plain_home) == "http://127.0.0.1:8080"


def test_an_address_with_v1_at_its_end_works(plain_home: Home) -> None:
    with MessagesApi() as api:
        set_up(plain_home)
        plain_home.setup("config", "set", "server.base_url", f"{api.base_url}/v1")
        assert plain_home.json("apply", "-y")["failed"] == 0
        assert recorded(plain_home) == api.base_url
        done = plain_home.local("-p", "hi", cwd=plain_home.workspace())
        assert f"started local-model {api.base_url}\n" in done.stdout, done.stderr
        assert plain_home.setup("models").returncode == 0


def test_ollama_without_a_name_says_the_names_and_the_line_that_sets_one_works_as_it_stands(plain_home: Home) -> None:
    with Ollama({"qwen3:8b": 65536, "gemma4:latest": 40960}) as server:
        set_up(plain_home)
        plain_home.setup("config", "set", "server.base_url", server.base_url)
        assert plain_home.json("apply", "-y")["failed"] == 0
        assert plain_home.setup("models").stdout.splitlines() == ["unloaded  qwen3:8b", "unloaded  gemma4:latest"]
        done = plain_home.local("-p", "hi", cwd=plain_home.workspace())
        problem, _, line = done.stderr.rpartition(": claude-local-setup")
        assert problem.endswith("has several models, choose one of: qwen3:8b, gemma4:latest")
        plain_home.write("bin/claude-local-setup", f'#!/bin/sh\nexec {sys.executable} -m claude_local_setup "$@"\n')
        (plain_home.path / "bin/claude-local-setup").chmod(0o755)
        plain_home.extra["PATH"] = f"{plain_home.path}/bin:/usr/local/bin:/usr/bin:/bin"
        pasted = plain_home.run("sh", "-c", f"claude-local-setup{line.rstrip()} -y")
        assert pasted.returncode == 0, pasted.stderr
        done = plain_home.local("-p", "hi", cwd=plain_home.workspace())
        assert done.stdout.startswith(f"started qwen3:8b {server.base_url}\n"), done.stderr
