"""Four machines to reach over SSH, each in namespaces of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.machines import Site, opened


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with opened(4) as four:
        yield four


@pytest.fixture
def fresh(site: Site) -> Site:
    """Four machines as they were delivered."""
    for machine in list(site.machines):
        site.renew(machine)
    return site
