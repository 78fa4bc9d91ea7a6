"""In a container: its runtime masks /proc, and may filter namespaces; verify says which, and what lets a jail start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.host.test_distributions import SESSION
from tests.real.machines import Site, opened

pytestmark = pytest.mark.root

# What runtimes do to /proc (the paths of the OCI's default configuration), seen with runc; --security-opt
# systempaths=unconfined, Podman's unmask=ALL, leave it out.
MASKED = """
mount --bind /dev/null /proc/keys
for place in bus fs irq sys; do
  mount --bind /proc/$place /proc/$place
  mount -o remount,bind,ro,nosuid,nodev,noexec /proc/$place
done
"""
UNMASKED = "for place in keys bus fs irq sys; do umount /proc/$place; done"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with opened(1) as one:
        machine = one.machines[0]
        assert one.json("apply", "-y", "-i", one.inventory([one.host(machine)]))["rc"] == 0
        yield one


def test_a_masked_proc_is_named_and_without_the_mask_a_session_runs(site: Site) -> None:
    (machine,) = site.machines
    inventory = site.inventory([site.host(machine)])
    machine.inside("sh", "-c", MASKED)
    verified = site.json("verify", "-i", inventory)["by"][machine.name]["findings"]
    (found,) = [found["problem"] for found in verified if found["check"] == "host: user namespaces"]
    assert "a container whose /proc is masked: start it with --security-opt systempaths=unconfined" in found
    assert not [found for found in verified if found["check"].startswith("boundary")]  # one cause, one problem
    machine.inside("sh", "-c", UNMASKED)
    assert machine.inside("su", "-", "dev", "-c", SESSION).stdout == "inside\n"
