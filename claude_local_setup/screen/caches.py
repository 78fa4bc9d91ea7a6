"""How caches look: a line for each workspace, or one document."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from ..host.caches import Added
from .output import say

_UNITS = ("B", "kB", "MB", "GB", "TB")


def show(found: Sequence[Added], *, as_json: bool) -> None:
    if as_json:
        objects = [{"workspace": one.workspace, "bytes": one.bytes} for one in found]
        click.echo(json.dumps({"caches": objects, "bytes": sum(one.bytes for one in found)}, indent=2))
        return
    for one in found:
        say(f"{size(one.bytes):>8}  {one.workspace}")
    if found:
        say(f"{size(sum(one.bytes for one in found)):>8}  in all; to clear: claude-local-setup caches clear")
    else:
        say("no session has added anything to a cache")


def size(count: float) -> str:
    """In units of a thousand: 1.2 GB."""
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            break
        count /= 1000
    return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
