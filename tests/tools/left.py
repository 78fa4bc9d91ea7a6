"""What could be left of a session: processes, ports, and files outside of its workspace."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from tests.homes import Home, tree, wait_until


def running(home: Home) -> list[str]:
    """The names of the processes that live in that home, in a jail or not."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={home.path}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "comm").read_text().strip())
        except OSError:
            pass  # another user's, or it has ended
    return found


def nothing_runs(home: Home, *ports: int) -> None:
    """But the shell that the session was started from, in tmux."""
    wait_until(lambda: [name for name in running(home) if not name.startswith("tmux")] == ["bash"])
    for port in ports:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as asked:
                assert asked.connect_ex((address, port)) != 0


def own(home: Home) -> dict[str, object]:
    """What is in the config directory, but for what each workspace's sessions keep."""
    found = tree(home.path / ".claude-local")
    return {name: told for name, told in found.items() if not name.startswith("workspaces")}


def in_shared_folders(home: Home) -> list[str]:
    """What is called after that home there; Claude Code writes "-" for whatever is no letter or digit."""
    name = re.sub("[^a-z0-9]", "-", home.path.name)
    shared = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", f"/run/user/{os.getuid()}")
    paths = (f"{folder}/{file}" for place in shared for folder, dirs, files in os.walk(place) for file in dirs + files)
    return [path for path in paths if name in re.sub("[^a-z0-9]", "-", path)]
