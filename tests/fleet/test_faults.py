"""What goes wrong in the middle, on one of many: nothing is lost, and a rerun repairs."""

from __future__ import annotations

import subprocess
import time

import pexpect
import pytest

from tests.fleet.machines import (
    applied,
    assert_a_rerun_repairs,
    assert_only_first_fails,
    converged,
    on_a_terminal,
    said,
)
from tests.real.machines import Machine, Run, Site

pytestmark = pytest.mark.root


def started(site: Site) -> Run:
    return site.start("apply", "-y", "--json", "-i", site.inventory(map(site.host, site.machines)))


def wait_for_apt(machine: Machine) -> None:
    for _ in range(1200):
        if "apt-get" in machine.inside("sh", "-c", "cat /proc/[0-9]*/comm 2>/dev/null || :").stdout:
            return
        time.sleep(0.05)
    raise AssertionError("apt-get was not started")


def test_a_machine_that_dies_in_the_middle(fresh: Site) -> None:
    first = fresh.machines[0]
    with first.dpkg_held():
        run = started(fresh)
        wait_for_apt(first)
    first.kill()
    assert_only_first_fails(fresh, run.json(), because="the connection to it broke off")
    fresh.renew(first)
    assert_a_rerun_repairs(fresh)


def test_a_cable_that_is_pulled_in_the_middle(fresh: Site) -> None:
    first = fresh.machines[0]
    with first.dpkg_held():
        run = started(fresh)
        wait_for_apt(first)
        first.unplug()
        begun = time.monotonic()
        assert_only_first_fails(fresh, run.json(), because="the connection to it broke off")
        assert time.monotonic() - begun < 120  # stock pyinfra waits for ever
    first.plug()
    assert_a_rerun_repairs(fresh)


def test_a_full_disk_loses_nothing(fresh: Site) -> None:
    first = fresh.machines[0]
    bashrc = first.home() / ".bashrc"
    before = bashrc.read_bytes()
    with first.full():
        answer = applied(fresh, *map(fresh.host, fresh.machines))
        assert bashrc.read_bytes() == before
    assert_only_first_fails(fresh, answer, because="o space left on device")
    assert_a_rerun_repairs(fresh)
    assert bashrc.read_bytes().startswith(before)


def test_a_read_only_home_is_found_before_anything_is_done(fresh: Site) -> None:
    first = fresh.machines[0]
    first.inside("sh", "-c", "mount --bind /home/dev /home/dev && mount -o remount,bind,ro /home/dev")
    answer = applied(fresh, *map(fresh.host, fresh.machines))
    assert_only_first_fails(fresh, answer, because="cannot be written")
    assert not (first.root / "usr/bin/bwrap").exists()
    first.inside("umount", "/home/dev")
    assert_a_rerun_repairs(fresh)


def test_a_package_lock_is_waited_for_and_that_is_said(fresh: Site) -> None:
    first = fresh.machines[0]
    with first.dpkg_held():
        run = started(fresh)
        wait_for_apt(first)
        time.sleep(3)
    answer = run.json()
    assert (answer["rc"], answer["failed"]) == (0, 0)
    assert f"{first.name}: packages: waiting for another package manager" in answer["stderr"]
    assert converged(fresh, *fresh.machines)


def test_two_applies_at_once_do_not_mix(fresh: Site) -> None:
    runs = [started(fresh), started(fresh)]
    answers = [run.json() for run in runs]
    assert all("Traceback" not in answer["stderr"] for answer in answers)
    for machine in fresh.machines:
        lost = [said(answer, machine.name) for answer in answers if answer["by"][machine.name]]
        assert sum("another claude-local-setup" in text or "changed meanwhile" in text for text in lost) <= 1
        assert (machine.home() / ".bashrc").read_text().count(">>> claude-local-setup >>>") == 1
    assert_a_rerun_repairs(fresh)


def test_a_run_there_and_one_from_here_exclude_each_other(fresh: Site) -> None:
    first, *_ = fresh.machines
    holder = subprocess.Popen(
        ["nsenter", "-t", str(first.pid), "-a", "--", "flock", "/home/dev", "sleep", "60"], stdin=subprocess.DEVNULL
    )
    time.sleep(0.5)
    try:
        answer = applied(fresh, *map(fresh.host, fresh.machines))
    finally:
        holder.kill()
        first.inside("sh", "-c", "kill $(cat /proc/[0-9]*/stat | grep '(sleep)' | cut -d' ' -f1)")
    assert_only_first_fails(fresh, answer, because="another claude-local-setup is at work there")
    assert_a_rerun_repairs(fresh)


def test_a_host_cannot_write_to_the_terminal(fresh: Site) -> None:
    first = fresh.machines[0]
    (first.root / "usr/bin/base64").unlink()
    (first.root / "usr/bin/base64").write_text("#!/bin/sh\nprintf 'x\\033]0;owned\\007' >&2; exit 1\n")
    (first.root / "usr/bin/base64").chmod(0o755)
    done = fresh.setup("apply", "-y", "-i", fresh.inventory(map(fresh.host, fresh.machines)))
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
    assert converged(fresh, *fresh.machines[1:])


def test_ctrl_c_in_the_middle_ends_it_on_all_of_them_at_once(fresh: Site) -> None:
    first, other, *_ = fresh.machines
    hosts = [*map(fresh.host, (first, other))]
    with first.dpkg_held(), other.dpkg_held():
        child = on_a_terminal(fresh, "apply", "-y", "-i", fresh.inventory(hosts))
        for _ in hosts:
            child.expect_exact("waiting for another package manager")
        begun = time.monotonic()
        child.sendintr()
        child.expect(pexpect.EOF)
        assert time.monotonic() - begun < 5
        child.close()
    assert child.exitstatus == 130
    assert "stopped; what was done so far is whole" in (child.before or "")
    assert not converged(fresh, first)
    assert (applied(fresh, *hosts)["rc"], converged(fresh, first, other)) == (0, True)
