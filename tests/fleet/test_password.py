"""Root rights on many hosts."""

from __future__ import annotations

import pexpect
import pytest

from tests.fleet.machines import WRAPPER, applied, assert_only_first_fails, on_a_terminal, said
from tests.homes import tree
from tests.real.machines import Site

pytestmark = pytest.mark.root


def test_sudo_that_wants_a_password_without_a_terminal(fresh: Site) -> None:
    first, *others = fresh.machines
    answer = applied(fresh, fresh.host(first, ssh_user="typist"), *map(fresh.host, others))
    assert_only_first_fails(
        fresh, answer, because="sudo wants a password there, and there is no terminal to ask for it"
    )
    assert "apt-get" in said(answer, first.name)
    assert not (first.home("typist") / WRAPPER).exists()


def test_a_sudo_password_is_typed_once_for_all_before_the_work(fresh: Site) -> None:
    hosts = [fresh.host(machine, ssh_user="typist") for machine in fresh.machines[:3]]
    inventory = fresh.inventory([*hosts, fresh.host(fresh.machines[3], ssh_user="guest")])
    child = on_a_terminal(fresh, "apply", "-y", "-i", inventory)
    child.expect_exact("password: ", timeout=60)
    assert "machine-1, machine-2, machine-3" in (child.before or "")
    child.sendline("correct horse")
    child.expect(pexpect.EOF, timeout=120)
    child.close()
    assert child.exitstatus == 1
    shown = child.before or ""
    assert "password:" not in shown
    assert "correct horse" not in shown
    assert "machine-4" in shown
    assert "sudo refused" in shown
    assert all((machine.home("typist") / WRAPPER).is_file() for machine in fresh.machines[:3])
    assert not [path for machine in fresh.machines for path in (machine.root / "tmp").glob("pyinfra*")]


def test_a_machine_whose_sudo_refuses(fresh: Site) -> None:
    first, *others = fresh.machines
    answer = applied(fresh, fresh.host(first, ssh_user="guest"), *map(fresh.host, others))
    assert_only_first_fails(fresh, answer, because="sudo")
    assert tree(first.home("guest") / ".claude-local") == {}


PASSWORD = 'it\'s "a" $HOME ø\\ `x` #1'
STRICT = ("timestamp_timeout=0, lecture=always, use_pty", "timestamp_timeout=0, lecture=always", "requiretty")


def test_a_sudo_that_is_strict_takes_any_password_or_is_named(fresh: Site) -> None:
    hosts = []
    for machine, defaults in zip(fresh.machines, STRICT, strict=False):
        machine.inside("sh", "-c", 'printf "%s\n" "typist:$1" | chpasswd', "x", PASSWORD)
        machine.inside("sh", "-c", 'echo "Defaults $1" >/etc/sudoers.d/strict', "x", defaults)
        hosts.append(fresh.host(machine, ssh_user="typist", _sudo_password=PASSWORD))
    last = fresh.machines[3]
    answer = applied(fresh, *hosts, fresh.host(last, ssh_user="typist", _sudo_password="another"))
    assert [answer["by"][machine.name]["steps"][0]["change"] for machine in fresh.machines] == [
        *("changed", "changed", "failed", "failed")
    ]
    assert "sudo there works on a terminal only (requiretty in sudoers)" in said(answer, fresh.machines[2].name)
    assert "sudo refused: 1 incorrect password attempt" in said(answer, last.name)
