"""The model's own name is what a person sees, with a strict template too, and the prompt stays the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi, Request, Say
from tests.fakes.other_servers import Ollama
from tests.fakes.scripted_model import HELLO
from tests.homes import Home, wait_until
from tests.real.claudes import trust_the_folder
from tests.real.terminal import Terminal
from tests.session.server.test_server import router
from tests.session.test_local_model import configure

pytestmark = pytest.mark.real_claude


def test_a_strict_template_behind_a_name_works_and_a_second_session_finds_the_prompt_in_the_cache(
    plain_home: Home, claude: Path, scripted: dict[str, Path], tmp_path: Path
) -> None:
    with router(tmp_path, scripted, "-np", "1") as server:
        work = configure(plain_home, claude, server.base_url)
        assert plain_home.setup("models", "use", "strict").returncode == 0
        for prompt in ("Say hi", "Something else altogether, in other words"):
            done = plain_home.local("-p", prompt, cwd=work)
            assert HELLO in done.stdout, done.stderr + done.stdout
            assert "unrecognized_model" not in done.stderr
        evaluated = server.evaluated
    assert max(evaluated) > 10_000
    assert evaluated[-1] < 100


def test_the_header_the_picker_and_the_status_line_have_the_models_own_name(plain_home: Home, claude: Path) -> None:
    with Ollama({"qwen3:8b": 65536, "gemma4:12b": 65536}, "qwen3:8b") as api:
        api.then(Say("first answer"), Say("second answer"))
        work = configure(plain_home, claude, api.base_url)
        with Terminal(plain_home, [str(plain_home.path / ".local/bin/claude-local")], work) as terminal:
            trust_the_folder(terminal)
            terminal.wait("qwen3:8b · 65536 tokens")
            assert "qwen3:8b · API Usage" in terminal.screen()
            terminal.type("hello", "Enter")
            terminal.wait("first answer")
            terminal.type("/model", "Enter")
            picker = terminal.wait("Select model")
            terminal.type("Escape")
            terminal.type("/model gemma4:12b", "Enter")
            if "Switch model?" in terminal.wait("Switch model?", "Set model to gemma4:12b"):
                terminal.answer("Switch model?")
            terminal.wait("Set model to gemma4:12b")
            terminal.type("hello again", "Enter")
            terminal.wait("second answer")
            terminal.type("C-c", "C-c")
    assert "qwen3:8b" in picker
    for other in ("claude-3", "Sonnet", "Opus", "Haiku", "retired"):
        assert other not in picker.replace("Claude Code", "")
    assert list(dict.fromkeys(api.names)) == ["qwen3:8b", "gemma4:12b"]
    assert all(message["role"] != "system" for request in sent(api) for message in request.body["messages"])


def sent(api: MessagesApi) -> list[Request]:
    return [request for request in api.requests if request.path.startswith("/v1/messages?")]


def test_a_session_sums_up_before_the_servers_context_is_full(
    plain_home: Home, claude: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.fakes import messages_api

    monkeypatch.setattr(messages_api, "USAGE", {"input_tokens": 50_000, "output_tokens": 8})
    with MessagesApi([Say("first answer"), Say("second answer"), Say("summary"), Say("third answer")]) as api:
        work = configure(plain_home, claude, api.base_url)
        with Terminal(plain_home, [str(plain_home.path / ".local/bin/claude-local")], work) as terminal:
            trust_the_folder(terminal)
            terminal.wait("local-model · 65536 tokens")
            terminal.type("hello", "Enter")
            terminal.wait("first answer")
            terminal.type("more", "Enter")
            terminal.wait("second answer")
            terminal.type("again", "Enter")
            wait_until(lambda: len(sent(api)) > 2)
            terminal.type("C-c", "C-c")
    asked = [str(request.body["messages"][-1]) for request in api.requests if request.path.startswith("/v1/messages?")]
    assert any(("summary" in text and "CRITICAL" in text) or "summariz" in text for text in asked), asked
