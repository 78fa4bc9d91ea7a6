"""The home of tests/session/workspace, and a place for each test's repositories."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.workspace.conftest import made, work

__all__ = ["at", "made", "work"]


@pytest.fixture
def at(made: Home) -> Path:
    return Path(tempfile.mkdtemp(dir=made.path, prefix="at-"))
