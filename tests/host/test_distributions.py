"""The boundary on other distributions than this machine's, with the bubblewrap and socat that they bring."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from packaging.version import Version

from tests.real.machines import Site, opened

pytestmark = pytest.mark.root


@pytest.fixture(scope="module", params=["trixie", "sid"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A machine with Debian 13, and one with what will be the next Debian: the newest bubblewrap there is."""
    with opened(1, suite=request.param) as one:
        yield one


@pytest.mark.parametrize("level", ["session", "strict"])
def test_the_whole_battery_passes_with_a_newer_bubblewrap(site: Site, level: str) -> None:
    (machine,) = site.machines
    inventory = site.inventory([site.host(machine)], f"claude_local_isolation_level = '{level}'\n", level)
    assert site.json("apply", "-y", "-i", inventory)["rc"] == 0
    version = machine.inside("bwrap", "--version").stdout.split()[1]
    assert Version(version) > Version("0.11"), version
    findings = site.json("verify", "-i", inventory)["by"][machine.name]["findings"]
    boundary = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert len(boundary) > 50
    assert [finding for finding in boundary if not finding["ok"]] == []
    assert site.json("apply", "-y", "-i", inventory)["changed"] == 0


CLOSED = """
install -d -m 711 /srv/closed && install -d -o dev /srv/closed/project && chmod 711 /home
cd "$1" && su dev -c '~/.local/bin/claude-local --jail sh -c "touch inside && pwd"'
"""


@pytest.mark.parametrize("folder", ["/srv/closed/project", "/home/dev/project"])
def test_a_workspace_below_folders_that_cannot_be_read_works(site: Site, folder: str) -> None:
    """bubblewrap 0.12 wants to read every parent of a mount point that it makes; ours are in a root of our own."""
    (machine,) = site.machines
    assert site.json("apply", "-y", "-i", site.inventory([site.host(machine)]))["rc"] == 0
    machine.inside("install", "-d", "-o", "dev", "/home/dev/project")
    done = machine.inside("sh", "-c", CLOSED, "x", folder)
    assert done.stdout.strip() == folder, done.stderr
