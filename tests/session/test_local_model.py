"""The real Claude Code in the real jail with the real llama-server: a tool call, the prompt cache, another model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi, Say
from tests.fakes.model_servers import ModelServer
from tests.fakes.scripted_model import HELLO, SCRIPTS
from tests.homes import Home
from tests.real.claudes import set_up, trust_the_folder
from tests.real.llama import Llama
from tests.real.terminal import Terminal

pytestmark = pytest.mark.real_claude


def configure(home: Home, claude: Path, base_url: str, management_url: str = "") -> Path:
    home.write(
        ".config/claude-local-setup/config.toml",
        f'[server]\nbase_url = "{base_url}"\nmanagement_url = "{management_url}"\n[claude]\npath = "{claude}"\n',
    )
    assert home.json("apply", "-y")["failed"] == 0
    return home.workspace()


def test_a_real_tool_call_through_the_real_server_runs_when_it_is_allowed(
    plain_home: Home, claude: Path, scripted: dict[str, Path], tmp_path: Path
) -> None:
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", "--alias", "scripted") as server:
        work = configure(plain_home, claude, server.base_url)
        with Terminal(plain_home, [str(plain_home.path / ".local/bin/claude-local")], work) as terminal:
            trust_the_folder(terminal)
            terminal.wait("scripted · 65536 tokens")
            terminal.type("USE_BASH please", "Enter")
            terminal.answer("Do you want to proceed?")
            terminal.wait(SCRIPTS["<|done|>"][0])
    assert (work / "made-by-bash.txt").read_text() == "scripted\n"


def test_a_second_session_with_another_first_message_finds_the_prompt_in_the_cache(
    plain_home: Home, claude: Path, scripted: dict[str, Path], tmp_path: Path
) -> None:
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536") as server:
        work = configure(plain_home, claude, server.base_url)
        plain_home.run("git", "init", "-q", cwd=work)
        assert HELLO in plain_home.local("-p", "Say hi", cwd=work).stdout
        (work / "new-file").write_text("git's status differs now")
        assert HELLO in plain_home.local("-p", "Something else altogether, in other words", cwd=work).stdout
        first, second = server.evaluated[0], server.evaluated[-1]
    assert first > 10_000
    assert second < 100


def test_the_model_is_switched_from_the_session_and_the_context_is_right_afterwards(
    plain_home: Home, claude: Path
) -> None:
    with (
        MessagesApi([Say("first answer"), Say("second answer")]) as api,
        ModelServer(api, {"qwen": 65536, "gemma": 28672}) as server,
    ):
        work = configure(plain_home, claude, api.base_url, server.url)
        with Terminal(plain_home, [str(plain_home.path / ".local/bin/claude-local")], work) as terminal:
            trust_the_folder(terminal)
            terminal.wait("qwen · 65536 tokens")
            terminal.type("hello", "Enter")
            terminal.wait("first answer")
            terminal.type("/local-model gemma", "Enter")
            terminal.wait("switched: gemma answers now, with a context of 28672 tokens")
            assert "Original prompt" not in terminal.screen()
            terminal.wait("gemma · 28672 tokens")  # before anything is typed
            terminal.type("hello again", "Enter")
            terminal.wait("second answer")
            terminal.type("C-c", "C-c")
        limits = [request.body["max_tokens"] for request in api.requests if request.path.startswith("/v1/messages?")]
    assert (limits[0], limits[-1]) == (8192, 7168)


def test_at_level_strict_the_session_says_where_to_switch(plain_home: Home, claude: Path) -> None:
    with MessagesApi() as api, ModelServer(api, {"qwen": 65536}) as server:
        work = set_up(plain_home, claude, api, '[isolation]\nlevel = "strict"\n')
        plain_home.setup("config", "set", "server.management_url", server.url)
        plain_home.json("apply", "-y")
        hook = """echo '{"prompt":"/local-model x"}' | ~/.local/share/claude-local/model hook"""
        done = plain_home.local("--jail", "sh", "-c", hook, cwd=work)
    assert "claude-local-setup models use NAME" in done.stdout
