"""A home for these tests, set up once, and a workspace for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home, Standing, apply_to, standing
from tests.session.workspace.projects import PROGRAM


@pytest.fixture(scope="session")
def once() -> Iterator[Standing]:
    """With a server, and a stand-in for claude at ~/bin/claude."""

    def set_up(home: Home) -> None:
        program = home.write("bin/claude", PROGRAM)
        program.chmod(0o755)
        text = f'[server]\nbase_url = "{api.base_url}"\n[claude]\npath = "{program}"\n'
        home.write(".config/claude-local-setup/config.toml", text)
        apply_to(home)

    with MessagesApi() as api, standing(set_up) as made:
        yield made


@pytest.fixture
def ready(once: Standing) -> Home:
    """A home that is put back for each test."""
    return once.again()


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
