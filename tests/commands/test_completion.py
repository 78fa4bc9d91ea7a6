"""What the tab key gives in the real shells, for both programs; and what it asks for it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from socket import socket

import pexpect
import pytest

from claude_local_setup.session.server.http import QUICK
from tests.fakes.messages_api import MessagesApi
from tests.homes import Home

SHELLS = {"bash": ["--norc", "-i"], "zsh": ["-f", "-i"], "fish": ["-i"]}
LINE = {
    "bash": 'eval "$(claude-local-setup completion bash)"',
    "zsh": 'eval "$(claude-local-setup completion zsh)"',
    "fish": "claude-local-setup completion fish | source",
}


@pytest.fixture
def home(plain_home: Home) -> Home:
    (plain_home.path / "bin").mkdir()
    (plain_home.path / "bin/claude-local-setup").symlink_to(Path(sys.executable).parent / "claude-local-setup")
    plain_home.write("bin/claude-local", '#!/bin/sh\necho "[claude-local: $*]"\n').chmod(0o755)
    plain_home.write("hosts.py", 'one = ["a@alpha:22", ("beta", {"x": 1})]\n_no = ["gamma"]\nnone = "delta"\nexit(1)\n')
    plain_home.extra["PATH"] = f"{plain_home.path}/bin:/usr/bin:/bin"
    return plain_home


def fish(home: Home, *lines: str) -> list[list[str]]:
    """What fish itself says that it would offer for each of these lines."""
    asked = "; echo ---; ".join(f"complete -C '{line}'" for line in lines)
    said = home.run("fish", "-c", f"{LINE['fish']}; {asked}").stdout
    return [[line.split("\t")[0] for line in part.splitlines()] for part in said.split("---\n")]


def test_keys_values_hosts_and_files_are_offered(home: Home) -> None:
    keys, choices, flags, hosts, more, named, inventory, folder = fish(
        home,
        "claude-local-setup config get server.m",
        "claude-local-setup config set isolation.level ",
        "claude-local-setup config set isolation.nested ",
        "claude-local-setup verify -i hosts.py --limit ",
        "claude-local-setup verify -i hosts.py --limit one,b",
        "claude-local-setup verify -i x@y,z --limit x",
        "claude-local-setup verify -i ho",
        "claude-local-setup vscode bi",
    )
    assert set(keys) == {"server.management_url", "server.max_output_tokens", "server.model", "server.model_source"}
    assert set(choices) == {"session", "strict", "bash", "config"}
    assert set(flags) == {"true", "false"}
    assert set(hosts) == {"one", "a@alpha:22", "beta"}
    assert (more, named, inventory, folder) == (["one,beta"], ["x@y"], ["hosts.py"], ["bin/"])


def bash(home: Home, line: str) -> str:
    """What bash's function answers to that line."""
    asked = (
        f"{LINE['bash']}; COMP_LINE='{line}' COMP_POINT={len(line)}; _claude_local_setup_completion claude-local-setup"
    )
    done = home.run("bash", "-c", f"{asked}; echo ${{COMPREPLY[*]}}")
    assert done.stderr == ""
    return done.stdout.strip()


def test_models_are_the_servers_and_there_is_no_word_where_none_answers(home: Home) -> None:
    question = "claude-local-setup models use "
    assert bash(home, question) == ""
    with MessagesApi() as api:
        home.setup("config", "set", "server.base_url", api.base_url)
        assert bash(home, question) == "local-model"
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        home.setup("config", "set", "server.base_url", f"http://127.0.0.1:{silent.getsockname()[1]}")
        home.setup("config", "set", "server.management_url", "")
        began = time.monotonic()
        assert bash(home, question) == ""
        assert time.monotonic() - began < QUICK


def test_the_commands_helps_are_whole(home: Home) -> None:
    said = home.run("fish", "-c", f"{LINE['fish']}; complete -C 'claude-local-setup '").stdout
    assert "apply\tBring this machine" in said
    assert "..." not in said.replace("cargo, ...", "")


def test_claude_local_has_its_own_options_and_programs_behind_jail(home: Home) -> None:
    options, programs, arguments = fish(
        home, "claude-local --", "claude-local --jail claude-local-se", "claude-local --jail cat ho"
    )
    assert {"--jail", "--explain", "--check-server", "--resume"} <= set(options)
    assert programs == ["claude-local-setup"]
    assert arguments == ["hosts.py"]


TYPED = {
    "claude-local-setup config set isolation.lev\tstr\t": "claude-local-setup config set isolation.level strict",
    "claude-local-setup status -i hos\t--limit a@alpha:\t": "claude-local-setup status -i hosts.py --limit a@alpha:22",
    "claude-local --expl\t": "claude-local --explain",
    "claude-local --jail claude-local-se\tx": "claude-local --jail claude-local-setup x",
    "claude-local --jail cat host\t": "claude-local --jail cat hosts.py",
}
ALIAS = """alias claude-local='"$HOME/.local/bin/claude-local"'; """  # as rc files have it
START = "\x01"  # to the start of the line


@pytest.mark.parametrize("shell", SHELLS)
def test_it_works_at_a_keyboard(home: Home, shell: str) -> None:
    home.write("bin/said", '#!/bin/sh\necho "{$*}"\n').chmod(0o755)
    env = {**home.env, "TERM": "dumb", "ZDOTDIR": str(home.path), "PS1": "$ "}
    with pexpect.spawn(
        shell, SHELLS[shell], env=env, cwd=home.path, timeout=30, encoding="utf-8", dimensions=(50, 300)
    ) as child:
        child.sendline(f"{ALIAS if shell != 'fish' else ''}{LINE[shell]}; said ready")
        child.expect_exact("{ready}")
        for typed, said in TYPED.items():
            child.send(f"{typed}{START}said \r")
            child.expect_exact(f"{{{said}}}")
