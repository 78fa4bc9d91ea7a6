"""Many machines over SSH: apply, verify and status on all at once, and every way in which one of them can fail."""

from __future__ import annotations

import re

import pexpect
import pytest

from tests.fleet.machines import applied, converged, on_a_terminal, said
from tests.homes import tree
from tests.real.machines import Site

pytestmark = pytest.mark.root
VALUES = ".local/share/claude-local/values.json"


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
    assert done.stdout.count("  new      ~/.local/bin/claude-local ") == 1
    assert "all 4 hosts:\n" in done.stdout
    for machine in fresh.machines:
        assert f"{machine.name}: wrapper: changed" in done.stdout
        assert re.search(rf"^{machine.name}: \d\d changed, 0 unchanged", done.stdout, re.MULTILINE)
    assert "\x1b" not in done.stdout


def test_a_terminal_gets_one_question_a_live_table_and_a_matrix(fresh: Site) -> None:
    inventory = fresh.inventory([fresh.host(machine) for machine in fresh.machines[:2]])
    child = on_a_terminal(fresh, "apply", "-i", inventory)
    child.expect_exact("Do this? [y/N/d]", timeout=60)
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
