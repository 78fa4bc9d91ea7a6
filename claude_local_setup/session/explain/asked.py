"""`--explain WHAT`: what was asked for. A path, an address, a variable: by how it looks, and by what is there."""

from __future__ import annotations

import os

from ..words import USAGE, Refusal, Remedy
from . import addresses, paths, variables
from .lines import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..run.scene import Scene

_REMEDY = Remedy("claude-local --explain")
# The ends of files' names that are no top-level domains; some are both.
_OF_FILES = """
json toml yaml yml lock txt cfg ini conf xml html css scss js mjs cjs ts jsx tsx vue svelte c h cc cpp hpp java kt kts
go rb php env log csv sql db sqlite gradle mk cmake ipynb tf proto lua ex exs erl hs ml scala dart swift patch diff out
"""
_FILES = frozenset(_OF_FILES.split())
_BOTH = ("py", "rs", "sh", "md", "pl", "zip", "so", "cs", "ps", "mov")


def explain_one(made: Scene, what: str) -> None:
    """Raises Refusal for what is neither."""
    for line in _lines(made, what):
        show(line)


def _lines(made: Scene, what: str) -> Iterator[str]:
    if not what or not what.isprintable():
        raise Refusal("there is nothing of that name", remedy=_REMEDY, exit_code=USAGE)
    scheme, found, rest = what.partition("://")
    if found and scheme == "file":
        yield from paths.of(made, "/" + rest.lstrip("/"))
    elif found or _is_scp(what):
        yield from addresses.of_url(made, scheme if found else "ssh", rest if found else what.partition(":")[0])
    elif _is_path(what) or os.path.lexists(what):
        yield from paths.of(made, os.path.expanduser(what))
    elif variables.is_one(what):
        yield from variables.of(made, what.lstrip("$"))
    elif (place := addresses.parsed(what)) is not None:
        yield from addresses.of_port(made, *place)
    elif addresses.is_here(what):
        yield from addresses.of_this_machine(what)
    elif ":" in what:
        yield from addresses.of_domain(made, what)
    elif "." not in what:
        yield from paths.of(made, what)
    else:
        last = what.rpartition(".")[2].lower()
        if last in _FILES or last in _BOTH:
            yield from paths.of(made, what)
        if last not in _FILES:
            yield from addresses.of_domain(made, what)


def _is_path(what: str) -> bool:
    return "/" in what or what.startswith(("~", "."))


def _is_scp(what: str) -> bool:
    """git@host:path, as git and scp have it."""
    user, found, rest = what.partition("@")
    return bool(found) and "/" not in user and ":" in rest
