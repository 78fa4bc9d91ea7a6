"""How an answer is shown: no wider than the terminal; and the line that would allow something, as it can be pasted."""

from __future__ import annotations

import os
import sys

from ..words import quoted, tell, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..values import Values

_INDENT = " " * 11  # as wide as the first word's column
_SECTIONS = {"read": "isolation", "write": "isolation", "devices": "isolation", "pass_env": "isolation"}


def show(line: str) -> None:
    """One line of the answer; as it is where a program reads it."""
    width = os.get_terminal_size(1).columns if sys.stdout.isatty() else 0
    for part in wrapped(line, width, _INDENT):
        tell(part)


def to_set(values: Values, key: str, more: object) -> str:
    """It adds to what is set already."""
    import json

    value = json.dumps([*getattr(values, key), more], ensure_ascii=False)
    name = f"{_SECTIONS.get(key, 'network')}.{key}"
    return f"claude-local-setup config set {name} {quoted(value)} && claude-local-setup apply"
