"""What is said of a host is typed on the machine that one sits at, as it stands, and the fault is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.fleet.machines import converged, said
from tests.real.machines import SETUP, Machine, Site

pytestmark = pytest.mark.root


def dangling_link(machine: Machine) -> None:
    file = machine.home() / ".bashrc"
    file.unlink(missing_ok=True)
    file.symlink_to("/home/dev/gone")


def a_folder_in_the_way(machine: Machine) -> None:
    (machine.home() / ".local/bin/claude-local").mkdir(parents=True)
    machine.inside("chown", "-R", "dev:", "/home/dev/.local")


def typed(site: Site, line: str, password: str = "") -> None:
    """By somebody who says yes, and knows the password; `claude-local-setup` is on his PATH."""
    program = site.control / "bin/claude-local-setup"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {" ".join(SETUP)} "$@"\n')
    program.chmod(0o755)
    env = site.env | {"PATH": f"{program.parent}:{site.env['PATH']}"}
    first, *rest = site.words("bash", "-c", line)
    child = pexpect.spawn(first, rest, env=env, cwd=str(site.control), timeout=120, encoding="utf-8")
    while asked := child.expect([pexpect.EOF, r"\[[yY]/[nN]/d\] ", r"assword.*: "]):
        child.sendline(password if asked == 2 else "y")
    assert child.wait() == 0, (line, child.before)


def unknown_yet(site: Site) -> Path:
    """A file of hosts' keys of the inventory's own, without any."""
    (site.control / "known").unlink(missing_ok=True)
    return site.control / "known"


def failing(site: Site, inventory: str, host: str) -> tuple[dict[str, Any], str]:
    answer = site.json("apply", "-y", "-i", inventory)
    return answer, said(answer, host)


@pytest.mark.parametrize("fault", [dangling_link, a_folder_in_the_way])
def test_what_is_in_the_way_on_a_host_is_out_of_it_once_the_remedy_was_typed(fresh: Site, fault: Any) -> None:
    first, *_ = fresh.machines
    inventory = fresh.inventory([fresh.host(first, ssh_known_hosts_file=str(unknown_yet(fresh)))])
    fault(first)
    answer, told = failing(fresh, inventory, first.name)
    assert answer["rc"] == 1
    line = told[told.index("ssh -t ") :].splitlines()[0]
    typed(fresh, line)
    assert failing(fresh, inventory, first.name)[0]["failed"] == 0


def test_a_host_key_that_has_changed_is_forgotten_where_the_inventory_says_that_it_is_known(fresh: Site) -> None:
    first, other, *_ = fresh.machines
    known = unknown_yet(fresh)
    inventory = fresh.inventory([fresh.host(first, ssh_known_hosts_file=str(known))])
    assert fresh.json("status", "-i", inventory)["by"][first.name]["reached"]
    words = known.read_text().split()
    key = (other.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()[:2]
    known.write_text(f"{words[0]} {' '.join(key)}\n")
    told = said(fresh.json("status", "-i", inventory), first.name)
    assert "its host key has changed" in told
    typed(fresh, told[told.index("ssh-keygen ") :].splitlines()[0])
    assert fresh.json("status", "-i", inventory)["by"][first.name]["reached"]


def test_those_that_failed_are_gone_on_with_alone_by_the_line_that_is_printed(fresh: Site) -> None:
    gone, refusing, well, *_ = fresh.machines
    hosts = [fresh.host(well), fresh.host(gone), fresh.host(refusing, ssh_user="guest")]
    inventory = fresh.inventory(hosts, name="my hosts")
    gone.unplug()
    shown = fresh.setup("apply", "-y", "-i", inventory).stdout
    gone.plug()
    refusing.inside("sh", "-c", "echo 'guest ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/guest")
    (line,) = [line for line in shown.splitlines() if line.startswith("to go on with the rest: ")]
    well.unplug()
    typed(fresh, line.partition(": ")[2])
    well.plug()
    assert converged(fresh, gone)
    assert (refusing.home("guest") / ".local/bin/claude-local").is_file()


def test_what_needs_root_is_typed_for_that_host_alone(fresh: Site) -> None:
    first, other, *_ = fresh.machines
    typist = fresh.host(first, ssh_user="typist", ssh_known_hosts_file=str(unknown_yet(fresh)))
    inventory = fresh.inventory([typist, fresh.host(other)], name="my hosts")
    told = said(fresh.json("apply", "-y", "-i", inventory), first.name)
    line = told[told.index("ssh -t ") :].splitlines()[0]
    other.unplug()
    typed(fresh, line, password="correct horse")
    other.plug()
    assert (first.home("typist") / ".local/bin/claude-local").is_file()
