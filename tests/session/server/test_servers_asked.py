"""A server is asked before a session: whose it is, what it would do on the host, what the session may count on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from claude_local_setup.checks.server import SERVER
from claude_local_setup.session.server import models
from claude_local_setup.session.server.checks import Ready, check, check_server
from claude_local_setup.session.words import Refusal
from tests.fakes.messages_api import MessagesApi
from tests.fakes.model_servers import Hostile, LlamaSwap
from tests.session.server.asking import KEY, refused, values

PAGES = {
    "a web page": (200, b"<!doctype html><title>x</title>"),
    "a tool that answers everything with 200": (200, b'{"error":"Unexpected endpoint or method"}'),
    "404 to everything": (404, b"not found"),
    "no such method": (501, b"<html>"),
}


@pytest.mark.parametrize("row", PAGES)
def test_what_is_no_model_server_is_called_that(tmp_path: Path, row: str) -> None:
    status, content = PAGES[row]
    with Hostile(content, status) as server:
        refusal = refused(tmp_path, server.url)
    assert "is no model server" in refusal.problem
    assert "config set server.base_url" in refusal.remedy


def test_another_server_that_cannot_count_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with MessagesApi() as api:
        del api._fixed["GET /props"], api._fixed["POST /v1/messages/count_tokens"]
        assert check_server(values(tmp_path, api.base_url, context_tokens=65536), KEY) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("cannot count tokens" in line and line.endswith("|warning") for line in lines) == 2


def test_every_check_is_told_in_the_order_of_the_documentation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with MessagesApi() as api:
        assert check_server(values(tmp_path, api.base_url), KEY) == 0
        assert capsys.readouterr().out.splitlines() == [f"{check}||" for check in SERVER]
        with pytest.raises(Refusal, match="is missing"):
            check_server(values(tmp_path / "other", api.base_url, home="/nonexistent", real_home="/nonexistent"), KEY)
        capsys.readouterr()
        assert check_server(values(tmp_path, api.base_url), "wrong") == 1
        (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"answers|the server at {api.base_url} refuses the key|claude-local-setup")


def test_a_session_learns_the_models_name_and_its_context(tmp_path: Path) -> None:
    def told(ready: Ready) -> tuple[str, int, str]:
        return ready.model, ready.context_tokens, ready.loaded

    with MessagesApi() as api:
        api.load("a/qwen\x1b[31m", 70_000)
        assert told(check(values(tmp_path, api.base_url), KEY)) == ("qwen??31m", 70_000, "qwen??31m")
        assert told(check(values(tmp_path, api.base_url, context_tokens=30_000), KEY)) == (
            "qwen??31m",
            30_000,
            "qwen??31m",
        )
    with LlamaSwap({"qwen": 65536}) as swap:
        named = values(tmp_path, swap.base_url, model="qwen", context_tokens=32_000)
        assert told(check(named, KEY)) == ("qwen", 32_000, "qwen")
        assert swap.running == ""  # nothing was loaded for that


def test_what_a_server_says_is_read_whatever_it_is() -> None:
    answers: list[Any] = [
        None,
        [],
        {},
        {"data": 1},
        {"data": [1, {"id": "x", "meta": []}]},
        {"running": [1, {"model": []}]},
    ]
    for said in answers:
        assert models.trained_context(said) == 0
        assert models.ready_in_swap(said) == []
        assert models.knows_tools(said)
        assert not models.is_asleep(said)
    assert models.trained_context({"data": [{"id": "x", "meta": {"n_ctx_train": 8192}}]}) == 8192
    assert not models.knows_tools({"chat_template_caps": {"supports_tools": False, "supports_tool_calls": False}})
