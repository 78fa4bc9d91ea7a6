"""A variable of the caller's: whether sessions see it."""

from __future__ import annotations

import os

from ..shown import environment, home
from .lines import to_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..run.scene import Scene


def is_one(what: str) -> bool:
    name = what.lstrip("$")
    looks = bool(name) and name.replace("_", "").isalnum() and name.isascii() and not name[0].isdigit()
    return looks and (what.startswith("$") or name in os.environ)


def of(made: Scene, name: str) -> Iterator[str]:
    passed = {known for known, _ in environment.passed(made.values)} | {*home.POINTERS}
    if name not in os.environ:
        yield f"not there  {name}: there is no such variable here"
    elif name in passed:
        yield f"passed     {name}: sessions see it"
    elif name in environment.dropped(made.values):
        yield f"dropped    {name}: sessions see no variable that may hold more than a setting of a tool"
        yield f"           to pass it: {to_set(made.values, 'pass_env', name)}"
    else:
        yield f"the jail's {name}: a session has its own"
