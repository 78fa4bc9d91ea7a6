"""What verify tries on a host: the session program does it there, and its answers come back by name."""

from __future__ import annotations

import base64
import binascii
import subprocess
from collections.abc import Mapping
from pathlib import PurePosixPath

from ..config.keys import Config
from ..content import shell
from ..host import paths
from ..host.actual import Actual

Trials = Mapping[str, str]  # what was tried -> what came of it; no key where it could not be tried


def try_here(config: Config, actual: Actual) -> Trials:
    """Runs the trials; an empty answer where the program itself is not there or cannot run."""
    try:
        done = subprocess.run(command(config, actual), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return {}
    return read(done.stdout.decode("ascii", "replace"))


def command(config: Config, actual: Actual) -> list[str]:
    """The trials as an argument list: the same on this machine and through pyinfra."""
    return [actual.path(paths.WRAPPER), "--try", *shells(config, actual)]


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
