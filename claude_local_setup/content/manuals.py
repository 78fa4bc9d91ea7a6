"""The manual pages of both commands, as they are put on a host. `python docs/tables.py` writes them."""

from __future__ import annotations

from pathlib import Path

NAMES = ("claude-local", "claude-local-setup")
FOLDER = Path(__file__).with_name("manuals")


def manual(name: str) -> bytes:
    return (FOLDER / f"{name}.1").read_bytes()
