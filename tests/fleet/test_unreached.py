"""Hosts that are not reached, or refuse: the others go on, and each is named with its reason."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.fleet.machines import applied, assert_a_rerun_repairs, assert_only_first_fails, converged, said
from tests.real.machines import Site

pytestmark = pytest.mark.root


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
        ({"ssh_key": "{wrong}"}, "it refuses the key of dev: ssh-copy-id -i {wrong} dev@"),
        (
            {"ssh_password": "wrong", "ssh_key": "", "ssh_look_for_keys": False},
            "it refuses the password of dev: ssh dev@",
        ),
        ({"ssh_key": "/nowhere/id_ed25519"}, "its key file is not there"),
        ({"ssh_key": "{locked}"}, "its key file has a passphrase"),
        (
            {"ssh_strict_host_key_checking": "yes", "ssh_known_hosts_file": "/dev/null"},
            "its host key is not known here",
        ),
        ({"ssh_known_hosts_file": "{changed}"}, "its host key has changed"),
        (
            {"ssh_known_hosts_file": "{nowhere}/.ssh/known_hosts"},
            "{nowhere}/.ssh is not there, where known hosts are kept: mkdir",
        ),
    ],
)
def test_a_machine_that_cannot_be_entered(fresh: Site, data: dict[str, Any], because: str) -> None:
    first, *others = fresh.machines
    files = {name: fresh.control / name for name in ("wrong", "locked", "changed", "nowhere")}
    for name, phrase in (("wrong", ""), ("locked", "secret")):
        if not files[name].exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", phrase, "-f", files[name]], check=True)
    files["changed"].write_text(f"{first.address} {files['wrong'].with_suffix('.pub').read_text()}")
    filled = {key: value.format(**files) if isinstance(value, str) else value for key, value in data.items()}
    answer = applied(fresh, fresh.host(first, **filled), *map(fresh.host, others))
    assert_only_first_fails(fresh, answer, because=because.format(**files))
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
