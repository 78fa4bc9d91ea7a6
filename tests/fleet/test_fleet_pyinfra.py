"""Plain pyinfra with the packaged deploy puts on other hosts what `apply -i` puts there; and here, without sudo."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import Home, tree
from tests.real.machines import Site, opened

ROOT = Path(__file__).parents[2]
PYINFRA = (sys.executable, "-m", "pyinfra")
DEPLOY = str(ROOT / "deploy/claude_local.py")


def deployed_here(home: Home) -> subprocess.CompletedProcess[str]:
    home.extra["PYTHONPATH"] = str(ROOT)
    return home.run(*PYINFRA, str(ROOT / "inventory/local.py"), DEPLOY, "-y", cwd=ROOT)


def test_on_this_machine_it_puts_what_apply_puts_without_sudo(plain_home: Home) -> None:
    fake = plain_home.write("bin/sudo", "#!/bin/sh\ntouch ~/asked-for-root\nexit 1\n")
    fake.chmod(0o755)
    plain_home.extra["PATH"] = f"{fake.parent}:{os.environ['PATH']}"
    done = deployed_here(plain_home)
    assert done.returncode == 0, done.stderr
    assert (plain_home.path / ".local/bin/claude-local").is_file()
    assert not (plain_home.path / "asked-for-root").exists()
    before = tree(plain_home.path)
    assert plain_home.json("apply", "-y")["changed"] == 0
    assert deployed_here(plain_home).returncode == 0
    assert tree(plain_home.path) == before


def test_what_cannot_be_put_is_one_clear_sentence(plain_home: Home) -> None:
    plain_home.write(".claude-local/settings.json", "{ not json")
    done = deployed_here(plain_home)
    assert done.returncode == 1
    assert "is not valid JSON" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with opened(4) as four:
        yield four


@pytest.mark.root
def test_over_ssh_it_puts_what_apply_puts_and_a_bad_host_does_not_stop_the_others(site: Site) -> None:
    one, other, bad, _ = site.machines
    data = "claude_local_isolation_level = 'strict'\nclaude_local_server_base_url = 'http://10.0.0.2:9000'\n"
    ours = site.inventory([site.host(one)], data, "ours")
    plain = site.inventory([site.host(other), site.host(bad, claude_local_network_mode="open")], data, "plain")
    assert site.json("apply", "-y", "-i", ours)["rc"] == 0
    for _ in range(2):
        done = subprocess.run(
            site.words(*PYINFRA, plain, DEPLOY, "-y"), env=site.env, cwd=site.control, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert "network.mode must be one of private, host" in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        assert tree(other.home()) == tree(one.home())
    assert "[machine-2] Success" not in done.stdout + done.stderr
    assert site.json("apply", "-y", "-i", site.inventory([site.host(other)], data, "other"))["changed"] == 0
