"""Which hosts of an inventory --limit leaves, and how many of them are told of."""

from __future__ import annotations

import sys

import pytest

from tests.homes import Home

ULIMIT = 'ulimit -Sn 40 && ulimit -Hn "$2" && exec "$1" -m claude_local_setup status -i "my hosts/hosts.py"'
NUMBERS = range(1, 21)
INVENTORY = f"""\
web = {[f"web-{number}" for number in NUMBERS]} + ["[::1]:9"]
database = ["data-1"]
"""
HOSTS = "my hosts/hosts.py"


@pytest.fixture
def site(home: Home) -> Home:
    """Hosts that nobody reaches: nothing listens."""
    home.write("my hosts/group_data/all.py", "ssh_hostname, ssh_port = '127.0.0.1', 1\n")
    home.write(HOSTS, INVENTORY)
    return home


@pytest.mark.parametrize(
    ("limits", "chosen"),
    [
        (["web-1"], ["web-1"]),
        (["web-1,web-3"], ["web-1", "web-3"]),
        (["web-3", "web-1"], ["web-1", "web-3"]),
        (["web-1, web-3"], ["web-1", "web-3"]),
        (["web-1 web-3"], ["web-1", "web-3"]),
        (["database"], ["data-1"]),
        (["web-1*,database"], ["web-1", *(f"web-{number}" for number in range(10, 20)), "data-1"]),
        (["[::1]:9"], ["[::1]:9"]),
    ],
)
def test_names_groups_and_patterns_are_those_hosts(site: Home, limits: list[str], chosen: list[str]) -> None:
    words = [word for limit in limits for word in ("--limit", limit)]
    assert [host["host"] for host in site.json("status", "-i", HOSTS, *words)["hosts"]] == chosen


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        ("", "--limit names no host or group"),
        (" , ", "--limit names no host or group"),
        ("data-2", "--limit data-2: no such host or group, did you mean data-1?"),
        ("web-1,databse", "--limit databse: no such host or group, did you mean database or data-1?"),
        ("nobody", "--limit nobody: no such host or group; there are 22 hosts"),
    ],
)
def test_one_that_names_none_is_one_short_sentence(site: Home, limit: str, problem: str) -> None:
    done = site.setup("apply", "-y", "-i", HOSTS, "--limit", limit)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (2, "", f"claude-local-setup: {problem}")


def test_what_many_hosts_have_in_common_is_said_once_and_names_the_fewer(site: Home) -> None:
    site.write("my hosts/hosts.py", f'{INVENTORY}here = ["@local"]\n')
    shown = site.setup("status", "-i", HOSTS, "--limit", "web,here").stdout
    (said,) = [line for line in shown.splitlines() if line.startswith("FAIL") and "listens" in line]
    assert said.startswith("FAIL all 22 hosts but @local: host: reached: nothing listens on its SSH port")
    told = [line for line in shown.splitlines() if line.startswith("     remedy: ")]
    assert len(told) == len(set(told))


def test_more_hosts_than_files_may_be_open_is_one_clear_sentence(site: Home) -> None:
    def told(hard: int) -> tuple[int, str]:
        done = site.run("bash", "-c", ULIMIT, "x", sys.executable, str(hard))
        return done.returncode, done.stderr

    problem = "22 hosts at once take 108 open files, and ulimit -n allows 100: name fewer with --limit"
    assert told(100) == (2, f"claude-local-setup: {problem}\n")
    assert told(200) == (1, "")
