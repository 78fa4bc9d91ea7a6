"""Servers that would do on the host what a session may not."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from claude_local_setup.session.server.answer import Answer
from claude_local_setup.session.server.check_dangers import is_proxy, tools_in
from claude_local_setup.session.server.checks import check
from tests.fakes.model_servers import LlamaSwap
from tests.real.llama import Llama
from tests.session.server.asking import KEY, refused, values


def test_a_llama_server_with_tools_runs_commands_for_anybody_and_is_refused(
    scripted: dict[str, Path], tmp_path: Path
) -> None:
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", "--tools", "all") as server:
        made = tmp_path / "made"
        body = {"tool": "exec_shell_command", "params": {"command": f"touch {made}"}}
        asked = urllib.request.Request(f"{server.base_url}/tools", json.dumps(body).encode())  # no key is needed
        urllib.request.urlopen(asked, timeout=20).read()
        assert made.exists()
        refusal = refused(tmp_path, server.base_url)
    assert "runs tools outside the jail" in refusal.problem
    assert "--tools" in refusal.problem


FLAGS: dict[str, tuple[list[str], str]] = {
    "one harmless tool": (["--tools", "get_datetime"], "--tools"),
    "a proxy": (["--ui-mcp-proxy"], "--ui-mcp-proxy"),
    "both": (["--agent"], "--agent"),
}


@pytest.mark.parametrize("row", FLAGS)
def test_each_flag_that_opens_the_host_is_named(scripted: dict[str, Path], tmp_path: Path, row: str) -> None:
    words, flag = FLAGS[row]
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", *words) as server:
        refusal = refused(tmp_path, server.base_url)
    assert "for whoever asks it" in refusal.problem
    assert flag in refusal.problem


def test_a_router_with_tools_is_refused_before_a_model_is_loaded(scripted: dict[str, Path], tmp_path: Path) -> None:
    with Llama(tmp_path, "--models-dir", str(scripted["good"].parent), "-c", "65536", "--tools", "all") as server:
        assert "--tools" in refused(tmp_path, server.base_url).problem


def test_a_server_behind_llama_swap_with_tools_is_refused(tmp_path: Path) -> None:
    with LlamaSwap({"qwen": 65536, "gemma": 65536}) as server:
        server.run("gemma")
        assert check(values(tmp_path, server.base_url), KEY).model == "gemma"
        server._fixed["GET /upstream/gemma/tools"] = [{"tool": "read_file", "type": "builtin", "definition": {}}]
        assert "--tools" in refused(tmp_path, server.base_url).problem


def test_other_answers_mean_no_tools() -> None:
    for answer in (None, {}, [], [1, None], {"error": {"type": "feature_disabled"}}, [{"id": "x"}], "tools"):
        assert tools_in(answer) == []
    assert tools_in([{"tool": "x_hello", "type": "mcp", "definition": {}}]) == ["mcp"]
    invalid = '{"error":{"code":500,"message":"invalid URL: no scheme","type":"server_error"}}'
    assert is_proxy(Answer(500, invalid))
    for status, text in ((403, invalid), (404, invalid), (200, invalid), (500, "<html>"), (500, '{"error":"busy"}')):
        assert not is_proxy(Answer(status, text))
