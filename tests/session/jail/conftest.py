"""A home for these tests, set up once, and a workspace for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import Home


@pytest.fixture
def work(plain_home: Home) -> Path:
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    plain_home.run("git", "init", "-q", cwd=work)
    plain_home.write("secret.txt", "secret")
    return work
