"""What tests of remove share: the home looked at, and its manifest edited."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.homes import Home

MANIFEST = ".local/state/claude-local-setup/manifest.json"


def edit_manifest(home: Home, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = home.path / MANIFEST
    value = json.loads(manifest.read_text())
    change(value)
    manifest.write_text(json.dumps(value))
