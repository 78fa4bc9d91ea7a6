"""Ollama, llmman, LM Studio, vLLM and pages that are no model server: told apart, listed, named, or refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_local_setup.session.server.checks import check, check_server
from claude_local_setup.session.server.http import Server
from claude_local_setup.session.server.kinds import proves, told
from claude_local_setup.session.server.model import status
from claude_local_setup.session.server.models import Kind
from claude_local_setup.session.server.servers import Servers
from claude_local_setup.session.server.switching import offer, use
from tests.fakes.messages_api import MessagesApi
from tests.fakes.model_servers import Hostile, LlamaSwap
from tests.fakes.other_servers import Llmman, LmStudio, Named, Ollama, Vllm
from tests.session.server.asking import KEY, refused, values

TWO = {"qwen3:8b": 65536, "gemma4:latest": 40960}
KINDS: dict[Kind, Callable[[], Named]] = {
    Kind.OLLAMA: lambda: Ollama(TWO, "qwen3:8b"),
    Kind.LLMMAN: lambda: Llmman(TWO, "qwen3:8b"),
    Kind.LM_STUDIO: lambda: LmStudio(TWO, "qwen3:8b"),
    Kind.VLLM: lambda: Vllm({"qwen3:8b": 65536}),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_each_is_told_by_its_answers_and_lists_its_models_with_their_contexts(kind: Kind) -> None:
    with KINDS[kind]() as server:
        assert told(Server(server.base_url, KEY).get).kind is kind
        assert proves(Server(server.base_url, KEY), 3)
        offered = offer(Servers.of(server.base_url, "", KEY))
        assert offered.kind is kind
        found = {model.name: (model.state, model.context) for model in offered.models}
        assert found["qwen3:8b"] == ("loaded", 65536)
        assert found.get("gemma4:latest", ("unloaded", 0)) == ("unloaded", 0)
        assert server.names == []  # nothing was generated for that


@pytest.mark.parametrize("make", [Ollama, Llmman, LmStudio])
def test_a_model_is_loaded_by_a_word_that_is_asked_for(make: type[Named]) -> None:
    with make(TWO, "qwen3:8b") as server:
        model = use(Servers.of(server.base_url, "", KEY), "gemma4:latest", lambda _: None)
        assert (model.name, model.context) == ("gemma4:latest", 40960)
        assert (server.loaded, server.names) == ("gemma4:latest", ["gemma4:latest"])


def test_llama_servers_and_llama_swap_are_still_what_they_are() -> None:
    with MessagesApi() as api, LlamaSwap({"qwen": 65536}) as swap:
        assert told(Server(api.base_url, KEY).get).kind is Kind.SINGLE
        assert told(Server(swap.base_url, KEY).get).kind is Kind.SWAP


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_without_a_configured_name_the_one_that_is_loaded_is_asked_for(tmp_path: Path, kind: Kind) -> None:
    with KINDS[kind]() as server:
        ready = check(values(tmp_path, server.base_url), KEY)
        assert (ready.model, ready.context_tokens, ready.loaded) == ("qwen3:8b", 65536, "qwen3:8b")


def test_the_only_model_is_asked_for_though_it_is_not_loaded(tmp_path: Path) -> None:
    with Ollama({"qwen3:8b": 65536}) as server:
        assert check(values(tmp_path, server.base_url), KEY).model == "qwen3:8b"
        assert server.loaded == ""  # nothing was loaded for that


@pytest.mark.parametrize("make", [Ollama, LmStudio])
def test_where_several_could_be_meant_their_names_are_said_and_the_line_that_sets_one(
    tmp_path: Path, make: type[Named]
) -> None:
    with make(TWO) as server:
        refusal = refused(tmp_path, server.base_url)
        assert "has several models, choose one of: qwen3:8b, gemma4:latest" in refusal.problem
        assert refusal.remedy == "claude-local-setup config set server.model qwen3:8b && claude-local-setup apply"
        assert "has no model other, only: qwen3:8b" in refused(tmp_path, server.base_url, model="other").problem
        assert check(values(tmp_path, server.base_url, model="gemma4:latest"), KEY).model == "gemma4:latest"
    with Ollama({}) as empty:
        assert refused(tmp_path, empty.base_url).remedy == "ollama pull qwen3:8b"


def test_ollamas_silent_4096_is_said_with_the_way_to_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "OLLAMA_CONTEXT_LENGTH=65536"
    with Ollama({"qwen3:8b": 4096}, "qwen3:8b") as server:
        refusal = refused(tmp_path, server.base_url)
        assert "context of 4096 tokens is too small" in refusal.problem
        assert "systemctl restart ollama" in refusal.remedy  # its listener is another account's
        assert more in refusal.remedy
        assert refused(tmp_path, server.base_url, uid=os.getuid()).remedy.endswith(f" && {more} ollama serve")
    with Ollama({"qwen3:8b": 4096}) as server:  # not loaded: nobody knows, and it is said
        assert check_server(values(tmp_path, server.base_url), KEY) == 0
        (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("context|")]
        assert "often it is 4096" in line
        assert more in line
    with Ollama({"qwen3:8b": 4096}, parameters="stop x\nnum_ctx                        65536") as server:
        assert check(values(tmp_path, server.base_url), KEY).context_tokens == 65536


def test_lm_studio_and_vllm_say_how_theirs_grows(tmp_path: Path) -> None:
    with LmStudio({"a/b": 4096}, "a/b") as server:
        assert "lms load a/b --context-length 65536" in refused(tmp_path, server.base_url).remedy
    with Vllm({"a/b": 8192}) as server:
        assert "--max-model-len 65536" in refused(tmp_path, server.base_url).problem


def test_a_model_without_tools_and_a_server_without_the_api_are_refused(tmp_path: Path) -> None:
    ollama = Ollama({"qwen3:8b": 65536}, "qwen3:8b")
    ollama.capabilities[:] = ["completion"]
    with ollama as server:
        assert "knows no tools" in refused(tmp_path, server.base_url).problem
    with LmStudio({"a/b": 65536}, "a/b", is_old=True) as server:
        assert "LM Studio is too old" in refused(tmp_path, server.base_url).problem
    with Vllm({"a/b": 65536}) as server:
        del server._fixed["POST /v1/messages/count_tokens"]
        assert "vLLM is too old" in refused(tmp_path, server.base_url).problem


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_the_status_line_tells_the_model_and_its_context(tmp_path: Path, kind: Kind) -> None:
    used = {"current_usage": {"input_tokens": 3000, "cache_read_input_tokens": 29768}}
    given = json.dumps({"model": {"id": "qwen3:8b"}, "context_window": used})
    with KINDS[kind]() as server:
        said = status(values(tmp_path, server.base_url), KEY, given)
    assert said == "qwen3:8b · 65536 tokens · 50% used"


PAGES = {
    "a web page": (200, b"<!doctype html><title>x</title>", "text/html"),
    "a single-page app's dev server": (200, b"<!doctype html><div id=root></div>", "text/html"),
    "404 to everything": (404, b"not found", "text/plain"),
    "another program's error with 200": (200, b'{"error":"Unexpected endpoint or method"}', "application/json"),
}


@pytest.mark.parametrize("page", PAGES)
def test_what_is_no_model_server_is_called_that_with_what_it_is(tmp_path: Path, page: str) -> None:
    status_code, content, media = PAGES[page]
    with Hostile(content, status_code, media) as server:
        assert not proves(Server(server.url, KEY), 3)
        assert f"is no model server ({media})" in refused(tmp_path, server.url).problem
