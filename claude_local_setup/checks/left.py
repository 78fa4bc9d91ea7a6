"""What sessions on this machine left in their workspaces and no terminal has shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from shlex import quote

from ..session.remaining import everywhere
from ..session.values import PRODUCT, load
from ..session.words import Refusal
from .report import Finding


def left(home: str) -> Iterator[Finding]:
    """A warning for each file: it is the user's to judge."""
    try:
        found = everywhere(load(f"{home}/{PRODUCT}/values.json"))
    except Refusal:
        return  # nothing is set up here
    except OSError as error:
        yield Finding("left", f"{error.filename}: {error.strerror}", "claude-local --explain", warning=True)
        return
    for path, reason in found.items():
        yield Finding(
            f"left: {path}", reason, f"ls -l {quote(os.fsencode(path).decode(errors='replace'))}", warning=True
        )
