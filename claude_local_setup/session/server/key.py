"""The model server's key, and what else enforced.json tells: the file is nobody else's, the program is everybody's."""

from __future__ import annotations

import os
import stat

from ..linux.files import LARGEST
from ..values import parsed
from ..words import APPLY, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def read_key(path: str) -> str:
    """What is sent as Bearer. Raises Refusal where the file is missing, is not ours, is a link or is damaged."""
    key = enforced_env(path).get("ANTHROPIC_AUTH_TOKEN")
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or not key:
        raise Refusal(f"{path} is damaged", remedy=APPLY)
    return key


def enforced_env(path: str) -> dict[str, Any]:
    """The environment in enforced.json. Raises Refusal as above."""
    text = _own(path)
    if text is None:
        raise Refusal(f"{path} is missing", remedy=APPLY)
    try:
        known = parsed(text.decode())
    except (ValueError, RecursionError):
        known = None
    env = known.get("env") if isinstance(known, dict) else None
    if not isinstance(env, dict):
        raise Refusal(f"{path} is damaged", remedy=APPLY)
    return env


def _own(path: str) -> bytes | None:
    """A plain file's bytes, if it is this user's, no link and of a size that apply writes."""
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            told = os.fstat(file.fileno())
            if not stat.S_ISREG(told.st_mode) or told.st_uid != os.geteuid():
                return None
            text = file.read(LARGEST + 1)
    except OSError:
        return None
    return text if len(text) <= LARGEST else None
