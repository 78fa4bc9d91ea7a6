"""What tests of servers share: values of a session, what is refused, answers of any kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claude_local_setup.session.server.checks import check
from claude_local_setup.session.values import Values
from claude_local_setup.session.words import Refusal

KEY = "llamacpp"


def values(folder: Path, base_url: str, **more: object) -> Values:
    """Those of a host whose home is that folder."""
    product = folder / ".local/share/claude-local"
    product.mkdir(parents=True, exist_ok=True)
    env = {"ANTHROPIC_AUTH_TOKEN": KEY, "CLAUDE_CODE_ATTRIBUTION_HEADER": "0"}
    (product / "enforced.json").write_text(json.dumps({"env": env, "model": "compat"}))
    known: dict[str, Any] = {
        **dict.fromkeys(Values.__annotations__, ""),
        **{
            "home": str(folder),
            "real_home": str(folder),
            "level": "session",
            "base_url": base_url,
            "any_model": "compat",
        },
        **{"context_tokens": 0, "max_output_tokens": 0},
        **more,
    }
    return Values(known)


def refused(home: Path, base_url: str, **more: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check(values(home, base_url, **more), KEY)
    return caught.value
