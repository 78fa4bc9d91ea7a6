"""bubblewrap's hole CVE-2026-87766, before 0.12.0: it makes mount points through links, on the host.

In our use of it none has to be made where a session can write.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from claude_local_setup.session.jail.rules import options
from tests.homes import Home
from tests.session.jail.jailed import jailed

LED = """
for name; do ln -s "/oldroot$PWD/../outside" "$name"; done
cd ~/.claude-local && for name in * .[!.]*; do rm -rf "$name"; ln -s "/oldroot$OLDPWD/../outside" "$name"; done
true
"""
NAMES = (".vscode", ".idea", ".claude", ".git", ".mcp.json", ".envrc", "node_modules", ".venv")


def test_whatever_a_session_leads_elsewhere_nothing_is_made_there(plain_home: Home, work: Path) -> None:
    outside, other = plain_home.workspace("outside"), plain_home.workspace("other")
    done = plain_home.local("--jail", "sh", "-c", LED, "sh", *NAMES, cwd=other)
    assert done.returncode == 0, done.stderr
    assert all((other / name).is_symlink() for name in NAMES)
    assert jailed(plain_home, other, "true").returncode == 0
    assert list(outside.iterdir()) == []


def test_bubblewrap_itself_is_led_elsewhere_if_it_has_the_hole(tmp_path: Path) -> None:
    """What the test above would see."""
    for name in ("inside", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / "inside/link").symlink_to(f"/oldroot{tmp_path}/outside")
    words = ("--bind", tmp_path / "inside", "/mnt", "--ro-bind", "/usr", "/mnt/link/made/here")
    subprocess.run(["bwrap", "--dev-bind", "/", "/", *words, "true"], check=False, capture_output=True)
    if not list((tmp_path / "outside").iterdir()):
        pytest.skip("this bubblewrap has no such hole")


def test_all_that_bubblewrap_mounts_lies_in_memory_or_is_the_root() -> None:
    there = cast(Any, SimpleNamespace(product="/product", tmp_percent=50, devices=["/dev/kvm"]))
    words = options(there, "/work")
    after = {"--bind": 2, "--dev-bind-try": 2, "--dev": 1, "--proc": 1, "--tmpfs": 1, "--remount-ro": 1}
    places = [words[place + after[word]] for place, word in enumerate(words) if word in after]
    assert sorted(places) == ["/", "/dev", "/dev", "/dev/kvm", "/dev/shm", "/proc"]
    assert not [
        word for word in words if word.startswith("--") and ("bind" in word or "link" in word) and word not in after
    ]
