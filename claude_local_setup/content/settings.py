"""What Claude Code finds in the config directory: our user settings, and the command /local-model."""

from __future__ import annotations

import json
from typing import Any

from ..config.keys import Config

MODEL_COMMAND = """\
---
description: Say which local models there are, or switch to one
argument-hint: "[NAME]"
disable-model-invocation: true
---
Answer with this line and nothing else: in another terminal, `claude-local-setup models use $ARGUMENTS`
"""


def user_settings(config: Config, home: str) -> dict[str, Any]:
    """Our keys of ~/.claude-local/settings.json, with the user's `settings` table on top."""
    return {
        "claudeMdExcludes": [f"{home}/.claude/**"],
        "env": {"CLAUDE_CODE_ATTRIBUTION_HEADER": "0"},
        "includeGitInstructions": False,  # git's status is in the prompt's first part, and changes with each commit
        "skipWebFetchPreflight": True,  # it would ask the vendor about every address
        "statusLine": {
            "type": "command",
            "command": "~/.local/share/claude-local/model status",
            "refreshInterval": 5,  # seconds: a model may be switched from elsewhere
        },
        **config.settings,
    }


def as_json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
