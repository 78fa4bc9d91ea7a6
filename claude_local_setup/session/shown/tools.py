"""The system's programs that a session needs."""

from __future__ import annotations

import os

from ..words import APPLY, Refusal


def check_tools() -> None:
    if not all(
        any(os.access(f"{folder}/{tool}", os.X_OK) for folder in ("/usr/bin", "/bin")) for tool in ("bwrap", "socat")
    ):
        raise Refusal("bubblewrap or socat is missing", remedy=APPLY)
