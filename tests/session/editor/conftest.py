"""A home for these tests, set up once, and a workspace for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.ides import FakeIde
from tests.homes import Home
from tests.session.editor.relayed import Desk


@pytest.fixture(scope="session")
def made() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder))
        home.setup("config", "set", "server.management_url", "")
        assert home.json("apply", "-y")["failed"] == 0
        yield home


@pytest.fixture
def desk(made: Home) -> Iterator[Desk]:
    work = Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))
    with FakeIde(made.path, work) as ide:
        yield Desk(made, work, ide)
