"""What was chosen anew since the last apply, key by key. Pure; a secret is not shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..config.keys import SECRET, SETTINGS, Config, keys, noted, value_of
from ..host import paths
from ..host.actual import Actual


def changes(config: Config, actual: Actual) -> list[str]:
    """`server.model: "" -> "glm"`; nothing where nothing was applied yet, or by a version that did not note it."""
    return list(_changes(config, actual))


def _changes(config: Config, actual: Actual) -> Iterator[str]:
    before = _read(paths.VALUES, actual).get("chosen")
    if not isinstance(before, dict):
        return
    for name, key in keys().items():
        old, new = before.get(name, noted(name, key.default)), noted(name, value_of(config, name))
        if name == SECRET:
            old = _read(paths.ENFORCED, actual).get("env", {}).get("ANTHROPIC_AUTH_TOKEN", new)
        if old != new:
            is_shown = name not in (SECRET, SETTINGS)
            yield f"{name}: {json.dumps(old)} -> {json.dumps(new)}" if is_shown else f"{name}: changed"


def _read(path: str, actual: Actual) -> Mapping[str, Any]:
    try:
        known = json.loads(actual.node(actual.path(path)).content or b"{}")
    except (ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}
