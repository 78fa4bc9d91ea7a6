"""A home for these tests, set up once, and a workspace for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home


@pytest.fixture(scope="session")
def made() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder, MessagesApi() as api:
        home = Home(Path(folder))
        home.write("bin/claude", "#!/bin/sh\necho well\n").chmod(0o755)
        text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n[isolation]\nread = ["~/shown"]\n'
        home.write(".config/claude-local-setup/config.toml", text)
        (home.path / "shown").mkdir()
        assert home.json("apply", "-y")["failed"] == 0
        yield home


@pytest.fixture
def work(made: Home) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
