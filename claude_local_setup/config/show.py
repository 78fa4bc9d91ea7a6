"""The config as people read it: every key, its value and its meaning."""

from __future__ import annotations

import json
from typing import Any

from ..errors import ConfigError
from ..session.words import typed
from .file import SHOW, config_path, load
from .keys import SECRET, keys, nearest, unknown, value_of


def shown() -> str:
    config = load()
    rows = [(item.name, value_of(config, item.name), item.default, item.meaning) for item in keys().values()]
    width = max(len(name) for name, *_ in rows)
    lines = [
        f"{'*' if value != default else ' '} {name:<{width}}  {_written(name, value):<24}  {meaning}"
        for name, value, default, meaning in rows
    ]
    return "\n".join([*lines, "", f"* = set in {config_path()}"])


def value_text(name: str) -> str:
    """One value: texts as they are, others as JSON."""
    config = load()
    if name not in keys():
        near = nearest(name)
        remedy = typed("claude-local-setup", "config", "get", near) if near in keys() else SHOW
        raise ConfigError(unknown(name), remedy=remedy)
    value = value_of(config, name)
    return value if isinstance(value, str) else json.dumps(value)


def _written(name: str, value: Any) -> str:
    return "(hidden)" if name == SECRET and value != keys()[name].default else json.dumps(value)
