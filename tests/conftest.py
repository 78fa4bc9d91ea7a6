"""The fixtures: homes, folders in them, and the real Claude Code; and which tests need whom."""

import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.homes import home, plain_home
from tests.real.claudes import claude
from tests.real.llama import scripted

__all__ = ["claude", "home", "plain_home", "scripted"]

settings.register_profile("thorough", max_examples=300, deadline=None)
settings.load_profile("thorough")
# Ctrl-C is tried in tests; in the background of a script it is ignored, and what is ignored is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def model_servers_that_are_found(request: pytest.FixtureRequest) -> Iterator[None]:
    """While a test has the ports on which model servers are found, no other one runs that would find its servers.

    Who waits for them holds the gate: no other test begins meanwhile, or there would be one at each moment.
    """
    name = Path.home() / ".claude-local-test-ports"
    with name.with_suffix(".gate").open("w") as gate, name.open("w") as lock:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(lock, fcntl.LOCK_EX if "ports" in request.fixturenames else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `root` run as root, all others as somebody else: the product is for people, not for root."""
    for item in items:
        if (item.get_closest_marker("root") is None) == (os.geteuid() == 0):
            reason = "needs root (CI runs it)" if os.geteuid() else "runs as an unprivileged user"
            item.add_marker(pytest.mark.skip(reason=reason))
