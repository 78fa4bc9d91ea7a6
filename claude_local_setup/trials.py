"""What verify tries on a host: one script, and its answers by name. Judging them is for the checks."""

from __future__ import annotations

import base64
import binascii
import subprocess
from collections.abc import Mapping
from importlib.resources import files
from pathlib import PurePosixPath

from . import battery, shell
from .config import Config
from .probe import Actual
from .settings import is_jailed

Trials = Mapping[str, str]  # what was tried -> what came of it; no key where it could not be tried


def try_here(config: Config, actual: Actual) -> Trials:
    """Runs the trials; an empty answer where the script itself could not run."""
    done = subprocess.run(
        command(config, actual),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return read(done.stdout.decode("ascii", "replace"))


def command(config: Config, actual: Actual) -> list[str]:
    """The trials as an argument list: the same on this machine and through pyinfra."""
    return ["sh", "-c", _script(), "trials", *_arguments(config, actual)]


def read(answer: str) -> Trials:
    found: dict[str, str] = {}
    for line in answer.splitlines():
        key, _, value = line.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8", "replace").strip()
        except (binascii.Error, ValueError):
            continue
    return found


def shells(config: Config, actual: Actual) -> list[str]:
    """The shells whose rc files have a block."""
    named = {"fish": "fish", "zsh": "zsh"}
    found = [
        next((kind for part, kind in named.items() if part in PurePosixPath(path).name), "bash")
        for path in shell.rc_files(config, actual)
    ]
    return list(dict.fromkeys(found))


def _script() -> str:
    return (files(__package__) / "scripts" / "trials.sh").read_text(encoding="utf-8")


def _arguments(config: Config, actual: Actual) -> list[str]:
    allowed = [actual.path(folder) for folder in config.isolation.workspaces]
    folder = next((path for path in allowed if path != actual.home), actual.home)
    return [folder, battery.script(config) if is_jailed(config) else "", *shells(config, actual)]
