"""The linters, as tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from claude_local_setup.wrapper import model_template, template

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "words", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=lambda words: " ".join(words)
)
def test_python_is_clean(words: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_shell_is_clean(tmp_path: Path) -> None:
    wrapper = tmp_path / "claude-local"
    wrapper.write_text(template())
    model = tmp_path / "model"
    model.write_text(model_template())
    scripts = [
        *ROOT.glob("*.sh"),
        *(ROOT / "claude_local_setup/scripts").glob("*.sh"),
        ROOT / ".ci/run",
        *(ROOT / "tests/machines").glob("*.sh"),
    ]
    assert len(scripts) > 4
    scripts.append(ROOT / "claude_local_setup/wrapper/inside.sh")
    (tmp_path / ".shellcheckrc").write_text((ROOT / ".shellcheckrc").read_text())
    done = subprocess.run(["shellcheck", "--shell=bash", wrapper, model], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    for script in scripts:
        shell = "sh" if {"scripts", "wrapper"} & set(script.parts) else "bash"
        done = subprocess.run(["shellcheck", f"--shell={shell}", script], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_scripts_that_go_to_other_hosts_mean_the_same_to_fish() -> None:
    """Which reads backslashes between single quotes: a host's login shell passes the scripts on to sh."""
    for script in (ROOT / "claude_local_setup/scripts").glob("*.sh"):
        assert "\\\\" not in script.read_text(), script
        assert "\\'" not in script.read_text(), script
