"""Which versions of bubblewrap are known to have a hole."""

from __future__ import annotations

import pytest

from claude_local_setup.checks.bubblewrap import bubblewrap
from claude_local_setup.host.actual import Actual

# What a host says: the version, its package's, the holes that the changelog has as mended -> whether one is open.
HOSTS = {
    "Debian 12": ("0.8.0 0.8.0-2+deb12u1", True),
    "Debian 12, once it is mended there": ("0.8.0 0.8.0-2+deb12u2 CVE-2026-87766", False),
    "Debian 13": ("0.12.0 0.12.0-1~deb13u1 CVE-2026-87766", False),
    "Debian 13, before that": ("0.11.0 0.11.0-2+deb13u1", True),
    "Debian without documentation": ("0.12.0 0.12.0-1~deb13u1", False),
    "the coming Debian": ("0.13.1 0.13.1-1", False),
    "Ubuntu 22.04": ("0.6.1 0.6.1-1ubuntu0.1", True),
    "Ubuntu 24.04, unmended": ("0.9.0 0.9.0-1ubuntu0.1", True),
    "Ubuntu 24.04": ("0.9.0 0.9.0-1ubuntu0.2", False),
    "Ubuntu 24.04, later": ("0.9.0 0.9.0-1ubuntu0.10", False),
    "Fedora, by its changelog": ("0.10.0 ? CVE-2026-87766", False),
    "Arch": ("0.11.1 ?", True),
    "one of three numbers": ("1.0 ?", False),
}


@pytest.mark.parametrize("host", HOSTS)
def test_a_known_hole_is_a_note_until_it_is_mended(host: str) -> None:
    said, is_open = HOSTS[host]
    (found,) = bubblewrap(Actual({"apt": "/usr/bin/apt-get"}, "", {}), {"bwrap": said})
    assert found.ok
    assert found.id == "host.bubblewrap"
    assert bool(found.problem) is is_open
    assert found.remedy == ("sudo apt-get install -y bubblewrap" if is_open else "")


@pytest.mark.parametrize("said", ["", "?", "? ?", "sh: bwrap: not found"])
def test_what_cannot_be_told_is_no_version(said: str) -> None:
    assert list(bubblewrap(Actual({"apt": ""}, "", {}), {"bwrap": said})) == []
