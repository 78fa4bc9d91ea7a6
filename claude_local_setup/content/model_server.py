"""Which model server a host's sessions begin with: the one whose address is pinned, or the one that was found there."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..config import values
from ..config.keys import Config
from ..host import paths
from ..host.actual import Actual
from ..session.network.listeners import Listener, found_in, is_trusted, people_begin
from ..session.server.addresses import AUTO, FALLBACK, base_of, candidates


def base_url(config: Config, actual: Actual) -> str:
    """As Claude Code takes it. Where none answers now, that of the last apply stays."""
    if config.server.base_url != AUTO:
        return base_of(config.server.base_url)
    return actual.server or recorded(actual) or FALLBACK


def recorded(actual: Actual) -> str:
    """The address that the last apply found by itself; "" where it was pinned, or there was none."""
    try:
        known = json.loads(actual.node(actual.path(paths.VALUES)).content or b"")
    except (ValueError, RecursionError):
        return ""
    found = known.get("base_url") if isinstance(known, dict) and known.get("finds_server") is True else ""
    return found if isinstance(found, str) and values.url(found) is None else ""


def asked(actual: Actual) -> Iterator[str]:
    """The addresses to look at, of the servers that listen there and are the user's, root's or the system's."""
    table = f"\n{actual.listening}".encode()  # found_in passes over a first line
    people = people_begin(actual.facts["uid_min"])

    def listeners(port: int) -> list[Listener]:
        return [*found_in(table, port)]

    there = [*candidates(listeners, lambda uid: is_trusted(uid, int(actual.facts["uid"]), people))]
    known = recorded(actual)
    yield from sorted(there, key=lambda url: url != known)
