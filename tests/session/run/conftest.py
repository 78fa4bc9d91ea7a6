"""A home for these tests, set up once, and a workspace for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.run.shells import SHELLS, Shell


@pytest.fixture(scope="session")
def made() -> Iterator[Home]:
    """One home for all: each test has a workspace of its own."""
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder))
        home.setup("config", "set", "server.management_url", "")
        assert home.json("apply", "-y")["failed"] == 0
        yield home


@pytest.fixture
def work(made: Home) -> Path:
    return Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, made: Home, work: Path) -> Iterator[Shell]:
    opened = Shell(made, work, request.param)
    yield opened
    opened.close()


@pytest.fixture
def bash(made: Home, work: Path) -> Iterator[Shell]:
    opened = Shell(made, work)
    yield opened
    opened.close()
