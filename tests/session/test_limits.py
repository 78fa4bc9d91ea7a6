"""Limits: processes, memory, connections; a bomb ends and harms nobody."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home
from tests.session.odd_workspaces import limited, start

FORKS = """
import os, sys, time
started = 0
try:
    while started < 3000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        started += 1
except OSError as error:
    print(started, error.strerror, flush=True)
os.kill(-1, 9)
"""


def test_a_fork_bomb_ends_at_the_limit_and_harms_nobody(plain_home: Home) -> None:
    used = sum(1 for _ in processes_of_mine())
    work = limited(plain_home, "isolation.processes", str(used + 300))
    done = start(plain_home, work, "--jail", "python3", "-c", FORKS)
    started, _, why = done.stdout.partition(" ")
    assert 100 < int(started) < 2000, done.stderr
    assert "temporarily unavailable" in why
    assert subprocess.run(["true"]).returncode == 0
    assert start(plain_home, work).stdout == "well\n"


def processes_of_mine() -> Iterator[int]:
    """Threads, as the limit counts them."""
    for folder in Path("/proc").glob("[0-9]*/task/*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                yield int(folder.name)


def test_a_bomb_of_bash_leaves_nothing(plain_home: Home) -> None:
    used = sum(1 for _ in processes_of_mine())
    work = limited(plain_home, "isolation.processes", str(used + 200))
    bomb = "echo going; f() { f | f & }; f; sleep 2; kill -9 -1"
    done = start(plain_home, work, "--jail", "bash", "-c", bomb)
    assert done.stdout.startswith("going")
    time.sleep(1)
    assert sum(1 for _ in processes_of_mine()) < used + 100


@pytest.mark.parametrize("place", ["/tmp", "/var/tmp", "/dev/shm"])
def test_what_is_kept_in_memory_has_a_size(plain_home: Home, place: str) -> None:
    work = limited(plain_home, "isolation.tmp_percent", "1")
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    script = f"cd {place}; head -c {whole // 50} /dev/zero >large; stat -c %s large; rm large; echo x >x"
    done = start(plain_home, work, "--jail", "sh", "-c", script)
    assert "No space left" in done.stderr
    assert 0 < int(done.stdout) <= whole // 90


def test_the_jails_own_root_cannot_be_filled(made: Home, work: Path) -> None:
    script = "for d in / /run /run/claude-local /home ~ ~/.claude /etc; do echo x >$d/x && echo $d; done; echo well"
    assert start(made, work, "--jail", "sh", "-c", script).stdout == "well\n"


HOLD = """
import socket
held = []
for number in range(400):
    caller = socket.socket()
    caller.settimeout(2)
    if caller.connect_ex(("127.0.0.1", {port})):
        break
    held.append(caller)
print(len(held) > 100)
"""


def test_many_connections_at_once_are_served_or_wait(plain_home: Home) -> None:
    """A session may hold all of its ways out; it ends as any other, and nothing of it stays."""
    with MessagesApi() as api:
        plain_home.setup("config", "set", "server.base_url", api.base_url)
        work = limited(plain_home, "isolation.tmp_percent", "5")
        code = HOLD.format(port=api.port)
        assert start(plain_home, work, "--jail", "python3", "-c", code).stdout == "True\n"
        assert start(plain_home, work).stdout == "well\n"
