"""The linters, as tests."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KNOWN = sys.stdlib_module_names | {"_signal", "_socket", "_json"}


@pytest.mark.parametrize(
    "words", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=lambda words: " ".join(words)
)
def test_python_is_clean(words: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


SHELL = {
    *("install.sh", "test.sh", ".ci/run"),
    "claude_local_setup/host/probe.sh",
    *(f"claude_local_setup/entries/scripts/{name}.sh" for name in ("write", "tree", "remove", "wheel")),
    *(f"tests/real/machines/{name}.sh" for name in ("apparmor", "base", "booted", "machine")),
}


def test_shell_stands_only_where_a_host_may_have_nothing_else() -> None:
    found = {path for path in (ROOT / "claude_local_setup").rglob("*") if path.is_file() and is_shell(path)}
    found |= {path for folder in ("deploy", "benchmarks", "tests", "docs") for path in (ROOT / folder).rglob("*.sh")}
    found |= {*ROOT.glob("*.sh"), ROOT / ".ci/run"}
    assert {str(path.relative_to(ROOT)) for path in found} == SHELL


def is_shell(path: Path) -> bool:
    return path.suffix in (".sh", ".bash") or path.read_bytes()[:40].startswith((b"#!/bin/sh", b"#!/bin/bash"))


@pytest.mark.parametrize("name", sorted(SHELL))
def test_shell_is_clean(name: str) -> None:
    shell = "sh" if name.startswith("claude_local_setup") else "bash"
    done = subprocess.run(["shellcheck", f"--shell={shell}", ROOT / name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_session_program_needs_nothing_but_itself_and_the_standard_library() -> None:
    folder = ROOT / "claude_local_setup/session"
    for module in folder.rglob("*.py"):
        depth = len(module.relative_to(folder).parts)
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.ImportFrom):
                own = 1 <= node.level <= depth
                assert own or (node.level == 0 and (node.module or "").split(".")[0] in KNOWN), module
            elif isinstance(node, ast.Import):
                assert {name.name.split(".")[0] for name in node.names} <= KNOWN, module


def test_scripts_that_go_to_other_hosts_mean_the_same_to_fish() -> None:
    """Which reads backslashes between single quotes: a host's login shell passes the scripts on to sh."""
    for script in (ROOT / "claude_local_setup").rglob("*.sh"):
        assert "\\\\" not in script.read_text(), script
        assert "\\'" not in script.read_text(), script
