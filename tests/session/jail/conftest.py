"""A home for these tests, set up once and put back for each, and a workspace in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import Home, Standing, apply_to, standing


@pytest.fixture(scope="session")
def once() -> Iterator[Standing]:
    with standing(apply_to) as made:
        yield made


@pytest.fixture
def plain_home(once: Standing) -> Home:
    return once.again()


@pytest.fixture
def work(plain_home: Home) -> Path:
    work = plain_home.workspace()
    plain_home.run("git", "init", "-q", cwd=work)
    plain_home.write("secret.txt", "secret")
    return work
