"""A release, built from a tree as CI builds it: the build backend comes from the cache, nothing from the network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.homes import CACHE

ROOT = Path(__file__).parents[2]


def build(tree: Path, folder: Path, *words: str, **variables: str) -> Path:
    """Builds into the folder, which it returns: a source distribution and a wheel of that, or what `words` say."""
    offline = ("--offline", "--no-config", "--no-index", "--find-links", CACHE / "packages")
    done = subprocess.run(
        [sys.executable, "-m", "uv", "build", *offline, "--out-dir", folder, *words, tree],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "UV_NO_CACHE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        | variables,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder
