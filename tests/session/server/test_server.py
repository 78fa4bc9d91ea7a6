"""The wrapper asks the server before a session: a reason at once where Claude Code would be silent for minutes."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.fakes.model_servers import Hostile, LlamaSwap
from tests.homes import Home
from tests.real.llama import Llama

STUB = """#!/bin/sh
echo "started $ANTHROPIC_MODEL $CLAUDE_LOCAL_CONTEXT_TOKENS $CLAUDE_CODE_MAX_OUTPUT_TOKENS"
grep -o '"model": "[^"]*"' "$2"
"""


def set_up(home: Home, base_url: str, server: str = "", more: str = "") -> None:
    stub = home.write("claude", STUB)
    stub.chmod(0o755)
    home.write(
        ".config/claude-local-setup/config.toml",
        f'[server]\nbase_url = "{base_url}"\nmanagement_url = ""\n{server}\n[claude]\npath = "{stub}"\n{more}',
    )
    assert home.json("apply", "-y")["failed"] == 0


def session(home: Home) -> subprocess.CompletedProcess[str]:
    return home.local("-p", "hi", cwd=home.workspace())


def assert_refused(home: Home, problem: str, remedy: str) -> None:
    began = time.monotonic()
    done = session(home)
    assert time.monotonic() - began < 20  # two seconds, on a machine that is not busy; claude itself takes 183
    assert done.returncode == 1
    assert "started" not in done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    assert problem in done.stderr
    assert remedy in done.stderr.partition(problem)[2]


ROWS: dict[str, tuple[str, list[str], str, str]] = {
    "a wrong key": (
        "good",
        ["--api-key", "secret"],
        "refuses the key",
        "config set server.auth_token - && claude-local-setup apply",
    ),
    "started without tool templates": ("good", ["--no-jinja"], "without tool templates", "--jinja"),
    "a template without tools": ("toolless", [], "knows no tools", "--chat-template-file"),
    "too small a context": ("good", ["-c", "16384"], "context of 16384 tokens is too small", "-c 65536"),
    "a context that is divided": ("good", ["-c", "65536", "-np", "4"], "16384 tokens is too small", "without -np"),
    "a model made for less": ("small", ["-c", "65536"], "8192 tokens is too small", "use another model"),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_real_server_that_cannot_serve_a_session_is_named_at_once(
    plain_home: Home, scripted: dict[str, Path], tmp_path: Path, row: str
) -> None:
    model, words, problem, remedy = ROWS[row]
    with Llama(tmp_path, "-m", str(scripted[model]), *words) as server:
        set_up(plain_home, server.base_url)
        assert_refused(plain_home, problem, remedy)
        findings = plain_home.json("verify")["hosts"][0]["findings"]
        found = [item for item in findings if item["check"].startswith("server") and problem in item["problem"]]
        assert found
        assert remedy in found[0]["problem"] + found[0]["remedy"]


def test_a_server_that_is_down_silent_or_loading_is_named_at_once(plain_home: Home) -> None:
    with MessagesApi() as api:
        set_up(plain_home, api.base_url)
        assert session(plain_home).stdout.startswith("started")
        api.state = "loading"
        assert_refused(plain_home, "still loading its model", "claude-local-setup models")
    assert_refused(plain_home, "no server answers", "claude-local-setup init")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        set_up(plain_home, f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert_refused(plain_home, "no server answers", "claude-local-setup init")


def test_an_old_llama_server_without_the_messages_api_is_named(plain_home: Home) -> None:
    with MessagesApi() as api:
        set_up(plain_home, api.base_url)
        del api._fixed["POST /v1/messages/count_tokens"]
        assert_refused(plain_home, "too old", "update llama.cpp")


def test_nothing_of_a_hostile_server_reaches_the_terminal(plain_home: Home) -> None:
    props = {"model_alias": "x\x1b]0;owned\x07\x9b31m", "default_generation_settings": {"n_ctx": 9}}
    for content in (
        b"\x1b[31m" * 999,
        json.dumps(props, ensure_ascii=False).encode(),
        b'{"role":"router","data":[{"id":"\x1b',
    ):
        with Hostile(content) as server:
            set_up(plain_home, server.url)
            done = session(plain_home)
            checked = plain_home.local("--check-server")
        assert not {"\x1b", "\x07", "\x9b"} & set(done.stderr + done.stdout + checked.stdout + checked.stderr)


def test_context_and_output_limit_are_the_servers(plain_home: Home, scripted: dict[str, Path], tmp_path: Path) -> None:
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", "-np", "2") as server:
        set_up(plain_home, server.base_url)
        assert session(plain_home).stdout.splitlines()[0] == "started good 32768 8192"
        findings = plain_home.json("verify")["hosts"][0]["findings"]
        (context,) = [item for item in findings if item["check"] == "server: context"]
        assert context["ok"]  # a warning
        assert "soon full" in context["problem"]
        set_up(plain_home, server.base_url, "context_tokens = 30000\nmax_output_tokens = 4000")
        assert session(plain_home).stdout.splitlines()[0] == "started good 30000 4000"


def test_a_session_and_its_rules_call_the_model_by_its_own_name(
    plain_home: Home, scripted: dict[str, Path], tmp_path: Path
) -> None:
    with Llama(tmp_path, "-m", str(scripted["strict"]), "-c", "65536") as server:
        set_up(plain_home, server.base_url, 'model = "qwen"')
        assert session(plain_home).stdout.splitlines() == ["started strict 65536 8192", '"model": "strict"']
        findings = plain_home.json("verify")["hosts"][0]["findings"]
        assert [item for item in findings if item["check"].startswith("server") and not item["ok"]] == []


@contextmanager
def router(folder: Path, scripted: dict[str, Path], *words: str) -> Iterator[Llama]:
    models = folder / "models"
    models.mkdir()
    for name in ("good", "strict", "broken"):
        (models / f"{name}.gguf").symlink_to(scripted[name])
    with Llama(folder, "--models-dir", str(models), "-c", "40960", *words) as server:
        yield server


@pytest.mark.parametrize("level", ["session", "config"])
def test_a_router_is_asked_for_the_model_that_is_loaded(
    plain_home: Home, scripted: dict[str, Path], tmp_path: Path, level: str
) -> None:
    with router(tmp_path, scripted) as server:
        set_up(plain_home, server.base_url, more=f'[isolation]\nlevel = "{level}"\n')
        assert_refused(plain_home, "has loaded no model", "claude-local-setup models")
        assert plain_home.setup("models", "use", "good").returncode == 0
        done = session(plain_home)
        assert done.stdout.splitlines()[0] == "started good 40960 8192", done.stderr
        if level == "session":
            assert done.stdout.splitlines()[1] == '"model": "good"'
        assert '"model": "good"' not in (plain_home.path / ".local/share/claude-local/enforced.json").read_text()
        set_up(plain_home, server.base_url, 'model = "nope"')
        assert_refused(plain_home, "has no model nope", "claude-local-setup config set server.model ")
        assert plain_home.setup("models", "use", "strict").returncode == 0
        set_up(plain_home, server.base_url, 'model = "strict"')
        assert session(plain_home).stdout.splitlines()[0] == "started strict 40960 8192"


def test_asking_a_router_loads_no_model(plain_home: Home, scripted: dict[str, Path], tmp_path: Path) -> None:
    with router(tmp_path, scripted) as server:
        set_up(plain_home, server.base_url, 'model = "good"')
        plain_home.json("verify")
        assert session(plain_home).stdout.splitlines()[0] == "started good 40960 8192"
        states = {item["name"]: item["state"] for item in plain_home.json("models")["models"]}
        assert states == {"good": "unloaded", "strict": "unloaded", "broken": "unloaded"}


def test_llama_swap_is_asked_for_the_model_that_runs(plain_home: Home) -> None:
    with LlamaSwap({"qwen": 65536, "gemma": 40960}) as server:
        set_up(plain_home, server.base_url)
        assert_refused(plain_home, "has loaded no model", "claude-local-setup models")
        assert plain_home.setup("models", "use", "gemma").returncode == 0
        assert session(plain_home).stdout.splitlines()[0] == "started gemma 40960 8192"


SYNCED = """{"env": {"CLAUDE_CODE_ATTRIBUTION_HEADER": "0", "CLAUDE_CODE_MAX_CONTEXT_TOKENS": "9", \
"CLAUDE_CODE_MAX_OUTPUT_TOKENS": "9", "MINE": "1"}, "theme": "dark"}"""


def test_what_an_earlier_session_left_in_the_settings_is_not_counted_on(plain_home: Home) -> None:
    with MessagesApi() as api:
        set_up(plain_home, api.base_url)
        stub = plain_home.write("claude", "#!/bin/sh\ncat ~/.claude-local/settings.json\n")
        plain_home.write(".claude-local/settings.json", SYNCED)
        assert json.loads(session(plain_home).stdout) == {
            "env": {"CLAUDE_CODE_ATTRIBUTION_HEADER": "0", "MINE": "1"},
            "theme": "dark",
        }
        assert stub.exists()


def test_a_link_in_the_settings_place_is_the_users_and_is_not_written_through(plain_home: Home) -> None:
    with MessagesApi() as api:
        set_up(plain_home, api.base_url)
        victim = plain_home.write("victim.json", SYNCED)
        settings = plain_home.path / ".claude-local/settings.json"
        settings.unlink()
        settings.symlink_to(victim)
        session(plain_home)
        assert victim.read_text() == SYNCED
        assert settings.is_symlink()
