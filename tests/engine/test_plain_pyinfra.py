"""`pyinfra inventory/local.py deploy/claude_local.py` by itself does what apply does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.homes import Home, tree

ROOT = Path(__file__).parents[2]


def changed_by_pyinfra(home: Home, *words: str) -> set[str]:
    """The names of the operations that changed something."""
    pyinfra = str(Path(sys.executable).parent / "pyinfra")
    done = home.run(pyinfra, "--json", "-y", *words, "inventory/local.py", "deploy/claude_local.py", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    operations = json.loads(done.stdout)["results"]["operations"]
    return {operation["name"].split(" | ")[-1] for operation in operations if operation["success"]}


def test_it_brings_an_empty_home_to_the_same_state_and_changes_nothing_the_second_time(home: Home) -> None:
    assert {"wrapper", "enforced.json", "manifest", "shell block in ~/.bashrc"} <= changed_by_pyinfra(home)
    after = tree(home.path)
    assert changed_by_pyinfra(home) == set()
    assert home.json("apply", "-y")["changed"] == 0
    assert tree(home.path) == after


def test_it_finds_nothing_to_do_after_apply(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    assert changed_by_pyinfra(plain_home) == set()


def test_host_data_is_the_config(plain_home: Home) -> None:
    changed_by_pyinfra(plain_home, "--data", "claude_local_isolation_level=strict")
    values = json.loads((plain_home.path / ".local/share/claude-local/values.json").read_text())
    assert values["level"] == "strict"


def test_bad_host_data_is_one_sentence_and_nothing_is_written(plain_home: Home) -> None:
    pyinfra = str(Path(sys.executable).parent / "pyinfra")
    words = ["-y", "--data", "claude_local_isolation_levle=strict", "inventory/local.py", "deploy/claude_local.py"]
    done = plain_home.run(pyinfra, *words, cwd=ROOT)
    assert done.returncode != 0
    assert "did you mean claude_local_isolation_level?" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (plain_home.path / ".claude-local").exists()
