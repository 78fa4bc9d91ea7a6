"""What sessions on this machine left in their workspaces and no terminal has shown."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..session.remaining import everywhere
from ..session.values import PRODUCT, load
from ..session.words import Refusal, Remedy, typed
from .report import Finding


def left(home: str) -> Iterator[Finding]:
    """A warning for each file: it is the user's to judge."""
    try:
        found = everywhere(load(f"{home}/{PRODUCT}/values.json"))
    except Refusal:
        return  # nothing is set up here
    except OSError as error:
        yield Finding("left", f"{error.filename}: {error.strerror}", Remedy("claude-local --explain"), warning=True)
        return
    for path, reason in found.items():
        yield Finding(
            f"left: {path}", reason, typed("ls", "-l", os.fsencode(path).decode(errors="replace")), warning=True
        )
