"""What tests of many hosts share: the machines, and what is true of one that is set up."""

from __future__ import annotations

import json
from typing import Any

import pexpect

from tests.real.machines import SETUP, Machine, Site

WRAPPER = ".local/bin/claude-local"


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
