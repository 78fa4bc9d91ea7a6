"""The battery's attempt to find another network interface: one that is down, as the kernel makes some, is none."""

from __future__ import annotations

import subprocess

import pytest

from claude_local_setup.session.battery.attempts import ATTEMPTS

(ATTEMPT,) = [attempt.command for attempt in ATTEMPTS if attempt.name == "find another network interface"]
PAIR = "ip link set lo up; ip link add one type veth peer name two; "
UP = "ip link set one up; ip link set two up; "


@pytest.mark.parametrize(
    ("made", "found"), [("ip link set lo up;", 1), (PAIR, 1), (f"{PAIR}{UP}ip addr add 10.9.9.9/24 dev one;", 0)]
)
def test_only_one_that_is_up_counts(made: str, found: int) -> None:
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", f"{made} {ATTEMPT}"], env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, check=False
    )
    assert done.returncode == found
