"""Many machines over SSH: apply, verify and status on all at once, and every way in which one of them can fail."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pexpect
import pytest

from tests.homes import tree
from tests.real.machines import SETUP, Machine, Run, Site, opened

pytestmark = pytest.mark.root
WRAPPER = ".local/bin/claude-local"
VALUES = ".local/share/claude-local/values.json"


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


def applied(site: Site, *hosts: object, data: str = "") -> dict[str, Any]:
    return site.json("apply", "-y", "-i", site.inventory(hosts, data))


def on_a_terminal(site: Site, *words: str) -> pexpect.spawn:
    program, *arguments = site.words(*SETUP, *words)
    return pexpect.spawn(
        program, arguments, env=site.env, cwd=str(site.control), encoding="utf-8", dimensions=(40, 150), timeout=120
    )


def said(answer: dict[str, Any], host: str) -> str:
    """Everything that the answer complains of about a host."""
    report = answer["by"][host]
    errors = [step["error"] for step in report["steps"] if step["change"] == "failed"]
    return "\n".join([*errors, *(f"{f['problem']}: {f['remedy']}" for f in report["findings"] if not f["ok"])])


def converged(site: Site, *machines: Machine) -> bool:
    paths = [path for machine in machines for path in (machine.home() / WRAPPER, machine.root / "usr/bin/bwrap")]
    return all(path.is_file() for path in paths)


def assert_only_first_fails(site: Site, answer: dict[str, Any], *, because: str) -> None:
    """The first machine failed, with a clear reason; the others converged; and nobody saw a traceback."""
    first, *others = site.machines
    assert answer["rc"] == 1
    assert because in said(answer, first.name)
    assert "Traceback" not in answer["stderr"] + json.dumps(answer)
    for other in others:
        assert answer["by"][other.name]["reached"]
        problems = [f for f in answer["by"][other.name]["findings"] if not f["ok"]]
        assert [f for f in problems if not f["check"].startswith(("claude", "server"))] == []  # there are none there
    assert converged(site, *others)


def assert_a_rerun_repairs(site: Site) -> None:
    answer = applied(site, *map(site.host, site.machines))
    assert (answer["rc"], answer["failed"], answer["pending"]) == (0, 0, 0)
    assert all(host["reached"] for host in answer["hosts"])
    assert converged(site, *site.machines)
    assert applied(site, *map(site.host, site.machines))["changed"] == 0


def test_fresh_machines_are_set_up_then_left_alone_then_verified(fresh: Site) -> None:
    hosts = [fresh.host(machine) for machine in fresh.machines]
    inventory = fresh.inventory(hosts)
    dry = fresh.json("apply", "--dry-run", "-i", inventory)
    assert (dry["rc"], dry["pending"] // 4 > 10, dry["changed"]) == (0, True, 0)
    assert not converged(fresh, fresh.machines[0])
    first, second = fresh.json("apply", "-y", "-i", inventory), fresh.json("apply", "-y", "-i", inventory)
    assert (first["rc"], first["changed"], first["failed"]) == (0, dry["pending"], 0)
    assert (second["rc"], second["changed"], second["pending"]) == (0, 0, 0)
    verified = fresh.json("verify", "-i", inventory)
    for host in verified["hosts"]:
        boundary = [finding for finding in host["findings"] if finding["check"].startswith("boundary")]
        assert len(boundary) >= 35
        assert [finding for finding in boundary if not finding["ok"]] == []
        assert all(f["ok"] for f in host["findings"] if f["check"].startswith(("target", "shell", "normal")))


def test_remove_leaves_nothing_on_any_of_them(fresh: Site) -> None:
    inventory = fresh.inventory(map(fresh.host, fresh.machines))
    before = [tree(machine.home()) for machine in fresh.machines]
    assert fresh.json("apply", "-y", "-i", inventory)["rc"] == 0
    removed = fresh.json("remove", "-y", "-i", inventory)
    assert (removed["rc"], removed["failed"], removed["problems"]) == (0, 0, 0)
    assert [tree(machine.home()) for machine in fresh.machines] == before
    assert fresh.json("remove", "-y", "-i", inventory)["changed"] == 0


def test_a_pipe_gets_a_line_for_each_host_and_the_same_plan_once(fresh: Site) -> None:
    done = fresh.setup("apply", "-y", "-i", fresh.inventory([fresh.host(machine) for machine in fresh.machines]))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("+++ ~/.local/bin/claude-local\n") == 1
    assert "wrapper: all 4 hosts" in done.stdout
    for machine in fresh.machines:
        assert f"{machine.name}: wrapper: changed" in done.stdout
        assert re.search(rf"^{machine.name}: \d\d changed, 0 unchanged", done.stdout, re.MULTILINE)
    assert "\x1b" not in done.stdout


def test_a_terminal_gets_one_question_a_live_table_and_a_matrix(fresh: Site) -> None:
    inventory = fresh.inventory([fresh.host(machine) for machine in fresh.machines[:2]])
    child = on_a_terminal(fresh, "apply", "-i", inventory)
    child.expect_exact("Do this? [y/N]", timeout=60)
    child.sendline("y")
    child.expect(pexpect.EOF, timeout=120)
    child.close()
    assert child.exitstatus == 0
    shown = child.before or ""
    assert "Do this?" not in shown
    assert "packages …" in shown
    assert "unchanged" in shown
    assert "machine-2" in shown


def test_names_on_the_command_line_are_hosts_too(fresh: Site) -> None:
    first, second, *_ = fresh.machines
    source = f"dev@{first.address},dev@{second.address}:22"
    answer = fresh.json("apply", "-y", "-i", source, "--limit", first.address)
    assert (answer["rc"], [host["host"] for host in answer["hosts"]]) == (0, [f"dev@{first.address}"])
    assert converged(fresh, first)
    assert not converged(fresh, second)


def test_each_host_has_its_own_data_and_a_bad_one_is_one_clear_sentence(fresh: Site) -> None:
    first, second, third, fourth = fresh.machines
    answer = applied(
        fresh,
        fresh.host(first, claude_local_isolation_level="open"),
        fresh.host(second, claude_local_server_base_url="http://10.0.0.1:9000"),
        fresh.host(third, claude_local_sever_base_url="x"),
        fresh.host(fourth),
        data="claude_local_server_base_url = 'http://10.0.0.2:9000'\n",
    )
    assert answer["rc"] == 1
    assert "isolation.level must be one of config, bash, session, strict" in said(answer, first.name)
    assert "unknown key claude_local_sever_base_url" in said(answer, third.name)
    assert "did you mean claude_local_server_base_url?" in said(answer, third.name)
    assert "http://10.0.0.1:9000" in (second.home() / VALUES).read_text()
    assert "http://10.0.0.2:9000" in (fourth.home() / VALUES).read_text()


def test_a_bad_key_for_all_is_wrong_usage(site: Site) -> None:
    done = site.setup("apply", "-y", "-i", site.inventory(map(site.host, site.machines), "claude_local_levle = 1\n"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown key claude_local_levle" in done.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["-i", "nowhere.py"], "no inventory at nowhere.py"),
        (["-i", "{broken}"], "SyntaxError"),
        (["-i", "{empty}"], "names no hosts"),
        (["-i", "{good}", "--limit", "nobody"], "--limit nobody: no such host or group"),
        (["--limit", "machine-1"], "--limit needs an inventory"),
    ],
)
def test_an_inventory_that_is_none_is_wrong_usage(site: Site, words: list[str], problem: str) -> None:
    paths = {name: site.control / f"{name}.py" for name in ("broken", "empty")}
    paths["broken"].write_text("hosts = [\n")
    paths["empty"].write_text("hosts = []\n")
    good = site.inventory([site.host(site.machines[0])])
    done = site.setup("status", *(word.format(good=good, **paths) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("shell_user", ["fisher"])
def test_another_login_shell_makes_no_difference(fresh: Site, shell_user: str) -> None:
    machine = fresh.machines[0]
    answer = applied(fresh, fresh.host(machine, ssh_user=shell_user))
    assert (answer["rc"], answer["failed"]) == (0, 0)
    assert applied(fresh, fresh.host(machine, ssh_user=shell_user))["changed"] == 0
    verified = fresh.json("verify", "-i", fresh.inventory([fresh.host(machine, ssh_user=shell_user)]))
    tried = [f for f in verified["hosts"][0]["findings"] if f["check"].startswith(("boundary", "shell"))]
    assert len(tried) > 50, tried[-1]
    assert [finding for finding in tried if not finding["ok"]] == []


# What can go wrong with one of them


def test_a_machine_that_does_not_answer(fresh: Site) -> None:
    first, *others = fresh.machines
    first.unplug()
    answer = applied(fresh, fresh.host(first), *map(fresh.host, others))
    assert_only_first_fails(fresh, answer, because="it does not answer")
    assert not answer["by"][first.name]["reached"]
    first.plug()
    assert_a_rerun_repairs(fresh)


@pytest.mark.parametrize(
    ("data", "because"),
    [
        ({"ssh_port": 2222}, "nothing listens on its SSH port"),
        ({"ssh_hostname": "nowhere.invalid"}, "its name is not known"),
        ({"ssh_key": "{wrong}"}, "it refuses the key of dev: ssh-copy-id"),
        ({"ssh_key": "/nowhere/id_ed25519"}, "its key file is not there"),
        ({"ssh_key": "{locked}"}, "its key file has a passphrase"),
        (
            {"ssh_strict_host_key_checking": "yes", "ssh_known_hosts_file": "/dev/null"},
            "its host key is not known here",
        ),
        ({"ssh_known_hosts_file": "{changed}"}, "its host key has changed"),
    ],
)
def test_a_machine_that_cannot_be_entered(fresh: Site, data: dict[str, Any], because: str) -> None:
    first, *others = fresh.machines
    files = {name: fresh.control / name for name in ("wrong", "locked", "changed")}
    for name, phrase in (("wrong", ""), ("locked", "secret")):
        if not files[name].exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", phrase, "-f", files[name]], check=True)
    files["changed"].write_text(f"{first.address} {files['wrong'].with_suffix('.pub').read_text()}")
    filled = {key: value.format(**files) if isinstance(value, str) else value for key, value in data.items()}
    answer = applied(fresh, fresh.host(first, **filled), *map(fresh.host, others))
    assert_only_first_fails(fresh, answer, because=because)
    assert answer["by"][first.name]["reached"] is False
    assert_a_rerun_repairs(fresh)


def test_the_same_machine_listed_twice(fresh: Site) -> None:
    first, *_ = fresh.machines
    name, data = fresh.host(first)
    answer = applied(fresh, (name, data), ("alias", data))
    assert answer["rc"] == 1
    assert sorted(host["reached"] for host in answer["hosts"]) == [False, True]
    assert "the same machine and user as" in said(answer, name) + said(answer, "alias")
    again = applied(fresh, (name, data), (name, data))
    assert again["rc"] == 1
    assert "it is listed twice" in json.dumps(again["hosts"])
    assert converged(fresh, first)


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
