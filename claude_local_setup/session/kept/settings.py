"""settings.json of a session: made anew at each start from the user's, with what this workspace's sessions chose to
look like."""

from __future__ import annotations

import json
import os

from ..linux.files import read_whole
from ..server.context import with_context
from . import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..values import Values

# What a session may keep of its own settings: none of these names a program, a place or a right.
KEPT = (
    "theme",
    "editorMode",
    "verbose",
    "outputStyle",
    "alwaysThinkingEnabled",
    "spinnerTipsEnabled",
    "prefersReducedMotion",
)


def renew(values: Values, folder: str) -> None:
    """Writes it into the state's folder, never through what a session may have put in its place."""
    content = renewed(
        with_context(state.shared_settings(values), 0, 0), read_whole(f"{folder}/settings.json", follow=False) or b""
    )
    new = f"{os.path.dirname(folder)}/.settings.{os.getpid()}"  # where no session takes the name
    file = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as written:
        written.write(content)
    try:
        os.replace(new, f"{folder}/settings.json")
    except OSError:  # a folder is in its place
        os.rename(f"{folder}/settings.json", f"{os.path.dirname(folder)}/in-the-way.{os.getpid()}")
        os.replace(new, f"{folder}/settings.json")


def renewed(shared: bytes, last: bytes) -> bytes:
    """The user's settings, byte for byte where nothing of the last session's is kept."""
    theirs, own = _object(shared), _object(last)
    kept = {name: own[name] for name in KEPT if name in own and theirs.get(name) != own[name] and _is_plain(own[name])}
    return json.dumps({**theirs, **kept}, indent=2, ensure_ascii=False).encode() + b"\n" if kept and shared else shared


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, bool)) and len(str(value)) < 100


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
