"""Homes to try things in: real folders under the tester's own home, with nasty names, and what runs in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
CACHE = Path(os.environ.get("CLAUDE_LOCAL_TEST_CACHE", Path.home() / ".cache/claude-local-test"))


@dataclass
class Home:
    """A home directory and the environment of somebody who lives there."""

    path: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return {
            "HOME": str(self.path),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "SHELL": "/bin/bash",
            **self.extra,
        }

    def run(self, *words: str, cwd: Path | None = None, given: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=cwd or self.path, env=self.env, input=given, stdin=None if given else subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=300, errors="surrogateescape",
        )  # fmt: skip

    def setup(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "claude_local_setup", *words)

    def json(self, *words: str) -> dict[str, Any]:
        done = self.setup(*words, "--json")
        assert done.stdout, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def local(self, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.path / ".local/bin/claude-local"), *words, cwd=cwd)

    def write(self, name: str, content: str | bytes) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def workspace(self, name: str = "project") -> Path:
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        return folder


@pytest.fixture(params=["wörk ünd 'spaces' $x"])
def home(request: pytest.FixtureRequest) -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        path = Path(folder) / request.param
        path.mkdir()
        yield Home(path)


@pytest.fixture
def plain_home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        yield Home(Path(folder))


class Standing:
    """A home that was set up once, and is put back as it was then for each test."""

    def __init__(self, home: Home) -> None:
        self._path, self._kept = home.path, home.path.with_name(f"{home.path.name}.kept")
        subprocess.run(["cp", "-a", "--", self._path, self._kept], check=True)

    def again(self) -> Home:
        script = 'chmod -R u+rwX -- "$1"; rm -rf -- "$1"; cp -a -- "$2" "$1"'
        subprocess.run(["sh", "-c", script, "sh", self._path, self._kept], check=True)
        return Home(self._path)


@contextmanager
def standing(set_up: Callable[[Home], None]) -> Iterator[Standing]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder) / "home")
        home.path.mkdir()
        set_up(home)
        yield Standing(home)


def apply_to(home: Home) -> None:
    """With the config that is there."""
    assert home.json("apply", "-y")["failed"] == 0


def tree(folder: Path) -> dict[str, tuple[int, bytes | str]]:
    """Every name below the folder with its mode and its bytes or link target; what Python compiles left out."""
    found: dict[str, tuple[int, bytes | str]] = {}
    for path in sorted(folder.rglob("*")):
        if "__pycache__" in path.parts:
            continue  # Python's own
        content: bytes | str = (
            str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        )
        found[str(path.relative_to(folder))] = (path.lstat().st_mode, content)
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
