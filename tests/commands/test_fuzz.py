"""Nasty folder names and config values: never a wider jail than the plain one, never a command of theirs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from claude_local_setup.config.keys import config_from
from claude_local_setup.content.program import values
from claude_local_setup.content.setup import setup
from claude_local_setup.errors import ConfigError
from claude_local_setup.host.actual import Actual
from claude_local_setup.host.probe import probe_here
from claude_local_setup.state.target import probed_paths
from tests.homes import Home

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: not set(b"/\0") & set(name) and name not in (b".", b"..")
)
INJECTIONS = [
    "$(touch {})",
    "`touch {}`",
    "'; touch {}; '",
    '"; touch {}; "',
    "\n touch {}\n",
    "--bind",
    "%s",
    "\\",
    "~",
    "*",
]


@pytest.fixture(scope="module")
def shared() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder))
        assert home.json("apply", "-y")["failed"] == 0
        yield home


def jailed(home: Home, cwd: bytes, script: str) -> subprocess.CompletedProcess[bytes]:
    words = [str(home.path / ".local/bin/claude-local"), "--jail", "sh", "-c", script]
    return subprocess.run(words, cwd=cwd, env=home.env, capture_output=True, stdin=subprocess.DEVNULL, check=False)


@QUICK
@given(NAMES)
@example(b"-rf")
@example(b"--bind")
@example(b"a\nb")
@example(b"$(touch pwned)")
@example(b'it\'s "quoted" %s \\')
@example(b"\xff\xfe")
@example(b" ")
@example(b"trailing\n")
def test_any_folder_is_a_workspace_and_nothing_beside_it_is_written(shared: Home, name: bytes) -> None:
    folder = os.path.join(os.fsencode(shared.path), b"projects", name)  # noqa: PTH118
    os.makedirs(os.path.join(folder, b".git/hooks"), exist_ok=True)  # noqa: PTH103, PTH118
    done = jailed(shared, folder, "pwd; touch inside; touch ../outside; touch .git/hooks/planted; touch ~/outside")
    assert done.stdout == folder + b"\n", done.stderr
    assert os.path.exists(os.path.join(folder, b"inside"))  # noqa: PTH110, PTH118
    assert os.listdir(os.path.join(folder, b".git/hooks")) == []  # noqa: PTH118, PTH208
    assert not (shared.path / "projects/outside").exists()
    assert not (shared.path / "outside").exists()


LISTS = [
    "isolation.workspaces",
    "isolation.hide",
    "isolation.read",
    "isolation.write",
    "isolation.pass_env",
    "network.domains",
]


def actual_state(home: Home) -> Actual:
    before = dict(os.environ)
    os.environ.update(home.env)
    try:
        return probe_here(probed_paths(config_from({}, "test")))
    finally:
        os.environ.clear()
        os.environ.update(before)


@QUICK
@given(
    st.sampled_from(LISTS),
    st.text(max_size=30),
    st.sampled_from(["", "/", "~/", "/usr/", "//", "~/../"]),
    st.sampled_from(INJECTIONS),
)
def test_no_config_value_becomes_a_command_or_opens_the_home(
    shared: Home, key: str, text: str, start: str, injection: str
) -> None:
    mark = shared.path / "mark"
    entry = start + text + injection.format(mark)
    try:
        config = config_from({key: [entry], "network.mode": "host"}, "test")
    except ConfigError:
        return
    program = shared.path / ".local/share/claude-local/values.json"
    plain = program.read_bytes()
    try:
        program.write_bytes(values(setup(config, actual_state(shared))))
        done = jailed(shared, os.fsencode(shared.workspace()), f"touch {shared.path}/escape; touch ~/escape; echo ran")
        assert done.stdout in (b"ran\n", b""), done.stderr
        assert done.stdout or done.stderr.startswith(b"claude-local: "), done.stderr
    finally:
        program.write_bytes(plain)
    assert not mark.exists()
    assert not (shared.path / "escape").exists()
