"""Looking for this machine's model server, where no address is pinned: asked by apply, and at a start."""

from __future__ import annotations

from ..network.listeners import is_taken, is_trusted, listeners
from ..values import parts_of
from .addresses import candidates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..values import Values
    from .http import Dial

_PATIENCE = 2.0  # seconds a question: whoever is well answers in milliseconds


def first_server(urls: Iterable[str], key: str, dial: Dial | None = None) -> str:
    """The first of these addresses where a model server answers; "" where none does."""
    return next((url for url in urls if _is_one(url, key, dial)), "")


def _is_one(url: str, key: str, dial: Dial | None) -> bool:
    from .http import NotOurs, Server  # only where there is somebody to ask: they take long to load
    from .kinds import proves

    try:
        return proves(Server(url, key, dial), _PATIENCE)
    except NotOurs:  # since a moment ago
        return False


def settle(values: Values, key: str, *, proven: bool) -> str:
    """Where `values` leave the address open: changes it to that of the server that is there, and says so; else "".

    The one that was last known stays while it answers; with `proven` false while anybody listens there.
    """
    if not values.finds_server:
        return ""
    known = values.base_url
    _, _, port, _ = parts_of(known)
    if is_taken(port) and (not proven or first_server([known], key)):
        return ""
    there = candidates(listeners, lambda uid: is_trusted(uid, values.uid))
    found = first_server((url for url in there if url != known), key)
    values.base_url = found or known
    return f"no model server answers at {known} now; the one at {found} does" if found else ""
