"""What `--jail` is to run: whether a session has such a program, said as a shell would say it."""

from __future__ import annotations

import os

from ..linux.files import is_inside
from ..shown.caches import OF_THE_JAIL
from ..words import Refusal, Remedy, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .scene import Scene

_NOT_FOUND, _NO_PROGRAM = 127, 126  # as shells have it


def check(made: Scene, words: Sequence[str]) -> None:
    """Raises Refusal where a session cannot have it."""
    program = words[0]
    if "/" in program:
        places = [os.path.join(made.workspace.cwd, program)]
    else:
        places = [os.path.join(made.workspace.cwd, folder, program) for folder in made.path.split(":")]
    if "/" in program and any(is_inside(places[0], folder) for folder in OF_THE_JAIL):
        return  # nobody knows before what will be there
    there = [place for place in places if os.path.isfile(place)]
    if not there:
        raise Refusal(f"{program}: no such program", remedy=_meant(program, words[1:]), exit_code=_NOT_FOUND)
    if not any(os.access(place, os.X_OK) for place in there):
        remedy = typed("chmod", "+x", there[0])
        raise Refusal(f"{program} is not executable", remedy=remedy, exit_code=_NO_PROGRAM)


def _meant(program: str, rest: Sequence[str]) -> Remedy:
    if " " in program.strip():
        return _in_the_jail("sh", "-c", program) if rest else _in_the_jail(*program.split())
    if "=" in program:
        return _in_the_jail("env", program, *rest)
    return _in_the_jail("bash")


def _in_the_jail(*words: str) -> Remedy:
    return typed("claude-local", "--jail", *words)
