"""The line that would allow something, as it can be pasted."""

from __future__ import annotations

from ..words import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..values import Values

_SECTIONS = {"read": "isolation", "write": "isolation", "devices": "isolation", "pass_env": "isolation"}


def to_set(values: Values, key: str, more: object) -> str:
    """It adds to what is set already."""
    import json

    value = json.dumps([*getattr(values, key), more], ensure_ascii=False)
    name = f"{_SECTIONS.get(key, 'network')}.{key}"
    return f"claude-local-setup config set {name} {quoted(value)} && claude-local-setup apply"
