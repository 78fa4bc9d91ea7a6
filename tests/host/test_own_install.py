"""How claude-local-setup is called again: each line that names it says so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from claude_local_setup.cli import cli
from claude_local_setup.session.words import SETUP, calling
from tests.homes import Home

UVX = f"uvx --from /srv/it.whl {SETUP}"


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_is_called_so(command: str) -> None:
    assert calling(f"try: {SETUP} {command}, then", UVX) == f"try: {UVX} {command}, then"


@pytest.mark.parametrize(
    "text",
    [
        f"another {SETUP} is at work here",
        f"~/.config/{SETUP}/config.toml",
        f"/usr/bin/{SETUP} apply",
        f"{SETUP}: stopped",
        f"{UVX} apply",
    ],
)
def test_what_calls_nothing_stays(text: str) -> None:
    assert calling(text, UVX) == text


def test_two_on_a_line() -> None:
    assert calling(f"{SETUP} config edit && {SETUP} apply", UVX) == f"{UVX} config edit && {UVX} apply"


def test_a_script_in_an_environment_is_called_by_its_place_until_a_link_leads_to_it(plain_home: Home) -> None:
    script = Path(sys.executable).parent / SETUP
    said = "there is no terminal to ask on; nothing was changed\n  remedy: {} apply -y\n"
    assert said.format(script) in plain_home.run(str(script), "apply").stderr
    link = plain_home.write("bin/there", "").parent / SETUP
    link.symlink_to(script)
    assert said.format(SETUP) in plain_home.run(str(link), "apply").stderr
    assert said.format(SETUP) in plain_home.run(sys.executable, "-m", "claude_local_setup", "apply").stderr
