"""Hosts without python3, which a session runs by, and with one that is too old for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fleet.machines import WRAPPER, applied, said
from tests.homes import tree
from tests.real.machines import Site, opened

pytestmark = pytest.mark.root

PURGED = "apt-get -q -y purge 'python3*' 'libpython3*' && ! command -v python3"
OLD = "cp /bin/false /usr/bin/python3.9 && ln -sf python3.9 /usr/bin/python3"
SESSION = "mkdir -p project && cd project && ~/.local/bin/claude-local --jail sh -c 'touch inside && ls'"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with opened(1) as one:
        yield one


def test_a_minimal_system_gets_python_as_it_gets_bubblewrap(site: Site) -> None:
    (machine,) = site.machines
    machine.inside("sh", "-c", PURGED)
    inventory = site.inventory([site.host(machine)])
    assert "install bubblewrap socat python3" in site.setup("apply", "--dry-run", "-i", inventory).stdout
    for command in ("status", "verify", "models"):
        assert "Traceback" not in str(site.json(command, "-i", inventory))
    answer = site.json("apply", "-y", "-i", inventory)
    assert (answer["rc"], answer["failed"]) == (0, 0), answer
    boundary = [f for f in answer["by"][machine.name]["findings"] if f["check"].startswith("boundary")]
    assert len(boundary) > 50
    assert [finding for finding in boundary if not finding["ok"]] == []
    assert machine.inside("su", "-", "dev", "-c", SESSION).stdout == "inside\n"
    site.renew(machine)


def test_a_python_that_is_too_old_is_named_before_anything_is_put(site: Site) -> None:
    (machine,) = site.machines
    before = tree(machine.home())
    machine.inside("sh", "-c", OLD)
    answer = applied(site, site.host(machine))
    assert answer["rc"] == 1
    assert "its python3 is 3.9" in said(answer, machine.name)
    assert tree(machine.home()) == before
    inventory = site.inventory([site.host(machine)])
    assert "its python3 is 3.9" in said(site.json("verify", "-i", inventory), machine.name)
    assert "its python3 is 3.9" in said(site.json("status", "-i", inventory), machine.name)
    assert site.json("remove", "-y", "-i", inventory)["rc"] == 0
    assert not (machine.home() / WRAPPER).exists()
    site.renew(machine)
