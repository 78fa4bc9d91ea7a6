"""`init`: what is there is found, the few questions are asked or answered by flags, and a session works at the end."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home
from tests.real.llama import Llama
from tests.real.terminal import Terminal
from tests.servers.homes import TALKS, configure, is_gone, put_model, servers

KEPT = 'trap : INT; "$@"; echo "code $?"; sleep 300'  # the screen stays
INIT = ["sh", "-c", KEPT, "sh", sys.executable, "-m", "claude_local_setup", "init"]


def with_claude(home: Home) -> Home:
    home.write("bin/claude", TALKS).chmod(0o755)
    home.extra["PATH"] = f"{home.path}/bin:/usr/bin:/bin"
    return home


def config_of(home: Home, key: str) -> str:
    return home.setup("config", "get", key).stdout.strip()


def enter(terminal: Terminal, question: str, *keys: str) -> None:
    terminal.wait(question)
    terminal.type(*keys, "Enter")


def answer_the_rest(terminal: Terminal) -> None:
    """Enter is a yes to the plan too: each of its questions was answered."""
    enter(terminal, "Level (session, strict, bash, config) [session]:")
    enter(terminal, "Internet names it may reach")
    enter(terminal, "Do this? [Y/n/d]")
    terminal.wait("code 0")


def test_a_server_that_is_there_is_found_and_enter_is_enough(plain_home: Home) -> None:
    home = with_claude(plain_home)
    with MessagesApi() as api:
        home.write(
            ".config/claude-local-setup/config.toml", f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n'
        )
        with Terminal(home, INIT, home.path) as terminal:
            terminal.wait(f"model server: llama-server at {api.base_url}")
            answer_the_rest(terminal)
        assert home.local(cwd=home.workspace()).stdout == "well\n"


def test_on_a_machine_without_one_enter_installs_it_and_a_session_has_it(
    plain_home: Home, scripted: dict[str, Path]
) -> None:
    port = configure(plain_home, put_model(plain_home, scripted["good"]), "never", TALKS)
    with Terminal(plain_home, INIT, plain_home.path) as terminal:
        terminal.wait(f"model server: none answers at http://127.0.0.1:{port}")
        enter(terminal, "Enter to install that one, or the address of another [install]:")
        answer_the_rest(terminal)
    assert config_of(plain_home, "server.install") == "auto"
    done = plain_home.local(cwd=plain_home.workspace())
    assert (done.stdout, done.returncode) == ("well\n", 0), done.stderr
    assert is_gone(plain_home, port)
    assert servers(plain_home) == []


def test_of_several_models_one_is_chosen(plain_home: Home, scripted: dict[str, Path], tmp_path: Path) -> None:
    home = with_claude(plain_home)
    with Llama(tmp_path, "--models-dir", str(scripted["good"].parent), "-c", "65536") as server:
        home.write(".config/claude-local-setup/config.toml", '[server]\nmanagement_url = ""\n')
        with Terminal(home, [*INIT, "--server", server.base_url], home.path) as terminal:
            enter(terminal, "Which model (", "good")
            answer_the_rest(terminal)
    assert config_of(home, "server.base_url") == server.base_url
    assert config_of(home, "server.model") == "good"


def test_flags_answer_and_nobody_is_asked(plain_home: Home) -> None:
    home = with_claude(plain_home)
    with MessagesApi() as api:
        words = ("--server", api.base_url, "--level", "strict", "--domains", "a.test,b.test", "--claude", "never")
        done = home.setup("init", "-y", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [config_of(home, key) for key in ("server.base_url", "isolation.level")] == [api.base_url, "strict"]
    assert config_of(home, "network.domains") == '["a.test", "b.test"]'
    assert config_of(home, "server.install") == "never"
    assert (home.path / ".local/bin/claude-local").exists()


def test_without_a_terminal_it_says_how_to_go_on(plain_home: Home) -> None:
    done = plain_home.setup("init")
    assert done.returncode == 2
    assert "there is no terminal to ask on; nothing was changed" in done.stderr
    assert "claude-local-setup init -y" in done.stderr
    assert not (plain_home.path / ".config").exists()


def test_ctrl_c_changes_nothing(plain_home: Home) -> None:
    home = with_claude(plain_home)
    with Terminal(home, [*INIT, "--server", "http://127.0.0.1:9"], home.path) as terminal:
        terminal.wait("Level (")
        terminal.type("C-c")
        screen = terminal.wait("code 130")
    assert "nothing was changed" in screen
    assert not (home.path / ".config").exists()
    assert not (home.path / ".local/bin").exists()
