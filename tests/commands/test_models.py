"""`claude-local-setup models`, against each kind of server that can switch."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.fakes.model_servers import Hostile, LlamaSwap, ModelServer
from tests.homes import Home, wait_until
from tests.real.llama import Llama
from tests.session.server.test_server import router

CONTEXTS = {"qwen": 65536, "gemma": 40960, "missing": 0}


def configure(home: Home, base_url: str, management_url: str = "") -> None:
    home.write(
        ".config/claude-local-setup/config.toml",
        f'[server]\nbase_url = "{base_url}"\nmanagement_url = "{management_url}"\n',
    )


@contextmanager
def managed(home: Home, seconds: float = 0.0) -> Iterator[ModelServer]:
    with MessagesApi() as api, ModelServer(api, CONTEXTS, seconds) as server:
        configure(home, api.base_url, server.url)
        yield server


def loaded(home: Home) -> list[str]:
    return [model["name"] for model in home.json("models")["models"] if model["loaded"]]


def test_the_management_api_lists_and_switches(plain_home: Home) -> None:
    with managed(plain_home) as server:
        answer = plain_home.json("models")
        assert answer["server"] == "management API"
        assert [(m["name"], m["loaded"], m["context"]) for m in answer["models"]] == [
            ("qwen", True, 65536),
            ("gemma", False, 40960),
            ("missing", False, 0),
        ]
        done = plain_home.setup("models", "use", "GEMMA")  # by its title, too
        assert (done.returncode, done.stdout) == (0, "gemma answers, 40960 tokens of context\n")
        assert loaded(plain_home) == ["gemma"]
        plain_home.setup("models", "use", "gemma")
        assert server.switches == 1  # a switch to the active model would restart it


def test_a_failed_switch_is_a_failure_though_the_server_says_200(plain_home: Home) -> None:
    with managed(plain_home):
        done = plain_home.setup("models", "use", "missing")
        assert done.returncode == 1
        assert "did not start missing: model file" in done.stderr
        assert "\x1b" not in done.stderr
        assert loaded(plain_home) == ["qwen"]


def test_an_unknown_name_lists_the_known_ones(plain_home: Home) -> None:
    with managed(plain_home):
        done = plain_home.setup("models", "use", "nope")
        assert done.returncode == 1
        assert "qwen, gemma, missing" in done.stderr


def test_progress_is_shown_while_the_server_answers_nobody_and_a_second_one_is_told_that_it_is_busy(
    plain_home: Home,
) -> None:
    with managed(plain_home, seconds=60) as server:
        words = [sys.executable, "-m", "claude_local_setup", "models", "use", "gemma"]
        first = subprocess.Popen(words, cwd=plain_home.path, env=plain_home.env, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: server.switches == 1)
        second = plain_home.setup("models")
        assert second.returncode == 1
        assert "is busy" in second.stderr
        server.done.set()
        assert first.stderr
        assert "... gemma is loading" in first.stderr.read()
        assert first.wait(60) == 0


def test_ctrl_c_leaves_the_server_alone_and_says_what_goes_on(plain_home: Home) -> None:
    with managed(plain_home, seconds=60) as server:
        words = [sys.executable, "-m", "claude_local_setup", "models", "use", "gemma"]
        running = subprocess.Popen(words, cwd=plain_home.path, env=plain_home.env, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: server.switches == 1)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        server.done.set()
        assert running.stderr
        said = running.stderr.read()
        assert "the server goes on" in said
        assert "Traceback" not in said
        wait_until(lambda: server.active == "gemma")
        assert loaded(plain_home) == ["gemma"]


def test_a_real_router_lists_and_loads(plain_home: Home, scripted: dict[str, Path], tmp_path: Path) -> None:
    with router(tmp_path, scripted) as server:
        configure(plain_home, server.base_url)
        assert loaded(plain_home) == []
        assert plain_home.setup("models", "use", "good").stdout == "good answers, 40960 tokens of context\n"
        assert loaded(plain_home) == ["good"]
        done = plain_home.setup("models", "use", "broken")
        assert done.returncode == 1
        assert "could not load broken" in done.stderr
        assert "failed    broken" in plain_home.setup("models").stdout
        assert (
            "the server knows no model nope, only broken, good, strict\n  remedy: claude-local-setup models\n"
            in plain_home.setup("models", "use", "nope").stderr
        )


def test_a_real_server_with_one_model_is_listed(plain_home: Home, scripted: dict[str, Path], tmp_path: Path) -> None:
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", "--alias", "one") as server:
        configure(plain_home, server.base_url)
        assert plain_home.setup("models").stdout == "loaded    one, 65536 tokens of context\n"
        assert plain_home.setup("models", "use", "one").returncode == 0
        assert plain_home.setup("models", "use", "other").returncode == 1


def test_where_the_management_api_is_dead_that_is_said_and_not_that_the_model_is_unknown(plain_home: Home) -> None:
    with MessagesApi() as api:
        configure(plain_home, api.base_url, "http://127.0.0.1:9")
        done = plain_home.setup("models", "use", "qwen")
        assert done.returncode == 1
        assert "nothing that could switch answers at http://127.0.0.1:9" in done.stderr
        assert plain_home.setup("models").stdout == "loaded    local-model, 65536 tokens of context\n"


def test_a_switch_to_too_small_a_context_is_warned_of(plain_home: Home) -> None:
    with MessagesApi() as api, ModelServer(api, {"qwen": 65536, "tiny": 8192}) as server:
        configure(plain_home, api.base_url, server.url)
        done = plain_home.setup("models", "use", "tiny")
        assert done.stdout == "tiny answers, 8192 tokens of context\n"
        assert "no session can work with so little context" in done.stderr


def test_llama_swap_lists_and_loads(plain_home: Home) -> None:
    with LlamaSwap({"qwen": 65536, "gemma": 40960}) as server:
        configure(plain_home, server.base_url)
        assert plain_home.json("models")["server"] == "llama-swap"
        assert loaded(plain_home) == []
        assert plain_home.setup("models", "use", "gemma").returncode == 0
        assert loaded(plain_home) == ["gemma"]


def test_no_server_a_wrong_key_and_a_loading_one_are_one_sentence_each(plain_home: Home) -> None:
    with MessagesApi(token="other") as api:
        configure(plain_home, api.base_url)
        refused = plain_home.setup("models")
        api.state = "loading"
        loading = plain_home.setup("models")
    down = plain_home.setup("models")
    for done, said in ((refused, "refuses the key"), (loading, "still loading"), (down, "no server answers")):
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 2


HOSTILE = [
    b"",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"models": [1, null, {"id": ["x"]}, {"id": "\\u001b[31mred", "ctx_size": "999999999999", "active": 1}]}',
    json.dumps({"models": [{"id": "x\x1b]0;owned\x07", "ctx_size": -1, "active": True}]}).encode(),
    json.dumps({"role": "router", "data": [{"id": "\x9b31m", "status": {"args": [1, {}], "value": []}}, 7]}).encode(),
    json.dumps({"default_generation_settings": {"n_ctx": 1e400}, "data": {"id": 1}}).encode(),
    json.dumps({"default_generation_settings": {"n_ctx": 9}, "model_alias": "\x1b[2Jx"}).encode(),
    json.dumps(
        {"data": [{"owned_by": "llama-swap", "id": "[/red]\x1b"}], "running": [{"model": [], "state": {}}]}
    ).encode(),
]


@pytest.mark.parametrize(
    ("status", "content"), [(200, content) for content in HOSTILE] + [(302, HOSTILE[3]), (500, HOSTILE[3])]
)
def test_a_hostile_answer_neither_crashes_it_nor_reaches_the_terminal(
    plain_home: Home, status: int, content: bytes
) -> None:
    with Hostile(content, status) as server:
        configure(plain_home, server.url, server.url)
        for words in (("models",), ("models", "use", "x"), ("models", "--json")):
            done = plain_home.setup(*words)
            assert done.returncode in (0, 1)
            assert "Traceback" not in done.stderr
            assert not {"\x1b", "\x07", "\x9b"} & set(done.stdout + done.stderr)
