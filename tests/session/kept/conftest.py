"""A home for these tests, set up once, and a workspace for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home
from tests.session.kept.states import set_up


@pytest.fixture(scope="session")
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as started:
        yield started


@pytest.fixture(scope="session")
def made(api: MessagesApi) -> Iterator[Home]:
    """One home for all: each test has workspaces of its own."""
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder))
        home.write(".claude-local/CLAUDE.md", "Mine, for all.\n")
        home.write(".claude-local/commands/mine.md", "my command\n")
        home.write(".claude-local/skills/mine/SKILL.md", "my skill\n")
        home.write("dotfiles/agents/mine.md", "my agent\n")
        (home.path / ".claude-local/agents").symlink_to("../dotfiles/agents")
        home.write(".claude-local/settings.json", '{"theme": "dark", "mine": 1}\n')
        set_up(home, api)
        yield home
