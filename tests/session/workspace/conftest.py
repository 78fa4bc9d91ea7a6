"""A home for these tests, set up once, and a workspace for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home
from tests.session.workspace.projects import PROGRAM


@pytest.fixture
def ready(plain_home: Home) -> Home:
    assert plain_home.json("apply", "-y")["failed"] == 0
    return plain_home


@pytest.fixture(scope="session")
def made() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder, MessagesApi() as api:
        home = Home(Path(folder))
        home.write("bin/claude", PROGRAM).chmod(0o755)
        text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n'
        home.write(".config/claude-local-setup/config.toml", text)
        assert home.json("apply", "-y")["failed"] == 0
        yield home


@pytest.fixture
def work(made: Home) -> Path:
    return Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))
