"""`--explain WHAT`: may a session here read, write or reach one thing, by which rule, and what would allow it."""

from __future__ import annotations

import os

from .jail.mounts import Cover, Folder, Held, Layer, Link, Room, Tree
from .linux.files import is_inside, leads_to
from .words import quoted, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .jail.mounts import Mount
    from .run.scene import Scene
    from .values import Values

_GROUPS = {"read": "isolation.read", "write": "isolation.write", "domains": "network.domains", "ports": "network.ports"}


def explain_one(made: Scene, what: str) -> None:
    """A path where there is a slash or something of that name; else HOST:PORT, a port, or a domain."""
    host, colon, port = what.rpartition(":")
    if "/" in what or what.startswith("~") or os.path.lexists(what):
        lines = _of_a_path(made, os.path.normpath(os.path.join(os.getcwd(), os.path.expanduser(what))))
    elif (colon and port.isdecimal()) or what.isdecimal():
        lines = _of_a_port(made, host if colon else "127.0.0.1", int(port if colon else what))
    else:
        lines = _of_a_domain(made.values, what.lower())
    for line in lines:
        tell(line)


def _of_a_path(made: Scene, path: str) -> Iterator[str]:
    mounts = made.mounts()
    place = made.guide.place(path)
    found = _last(mounts, place)
    if found is None or isinstance(found, (Folder, Link)):
        found = _last(mounts, place := leads_to(path))
    held = [mount for mount in mounts if isinstance(mount, Held) and is_inside(place, mount.place)]
    refused = next((mount for mount in reversed(held) if not mount.writable), None)
    is_there = "" if os.path.lexists(path) else ", and nothing is there now"
    if found is None or isinstance(found, (Folder, Link)):
        yield f"not there  {path}: of your home only a list of things is shown"
        yield f"           to show it: {_set(made.values, 'read', path)}"
    elif isinstance(found, Cover):
        yield f"hidden     {path}: {found.reason}"
    elif isinstance(found, Layer):
        yield f"write      {path}: {found.reason}{is_there}"
    elif isinstance(found, Room):
        yield f"write      {path}: {found.reason}"
    elif refused and isinstance(found, Tree) and found.writable:
        yield f"read       {path}: {refused.reason}; you change it, outside"
    elif isinstance(found, Tree) and found.writable:
        yield f"write      {path}: {found.reason}{is_there}"
    else:
        yield f"read       {path}: {found.reason}{is_there}"
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        yield f"           to write it: {_set(made.values, 'write', folder)}"


def _last(mounts: Sequence[Mount], place: str) -> Mount | None:
    """What is seen there: later mounts lie over earlier ones; a folder of the jail's own only where nothing is."""
    found: Mount | None = None
    for mount in mounts:
        if isinstance(mount, Held) or not is_inside(place, mount.place):
            continue
        if not isinstance(mount, (Folder, Link)) or found is None:
            found = mount
    return found


def _of_a_port(made: Scene, host: str, port: int) -> Iterator[str]:
    shown = f"{host}:{port}"
    if made.values.network == "host":
        yield f"reach      {shown}: the network is the host's"
    elif any(way.shown == shown or way.shown == shown.replace("localhost", "127.0.0.1") for way in made.ways.ways):
        yield f"reach      {shown}"
    elif host in ("127.0.0.1", "localhost", "::1") and port in made.values.publish:
        yield f"published  {shown}: a server of the session's own there is shown on this machine"
    elif host in ("127.0.0.1", "localhost", "::1"):
        yield f"refused    {shown}: it is no port that leads out"
        yield f"           to allow it: {_set(made.values, 'ports', port)}"
    else:
        yield f"refused    {shown}: of other machines only allowed domains are reached, by http and https"


def _of_a_domain(values: Values, name: str) -> Iterator[str]:
    allowed = next((domain for domain in values.domains if name == domain or name.endswith(f".{domain}")), "")
    if values.network == "host":
        yield f"reach      {name}: the network is the host's"
    elif allowed:
        yield f"reach      {name}: network.domains has {allowed}, by http and https"
    else:
        yield f"refused    {name}: there is no internet but for network.domains"
        yield f"           to allow it: {_set(values, 'domains', name)}"


def _set(values: Values, key: str, more: object) -> str:
    """The line that adds it to what is set already."""
    import json

    known = list(getattr(values, key))
    value = json.dumps([*known, more], ensure_ascii=False)
    return f"claude-local-setup config set {_GROUPS[key]} {quoted(value)} && claude-local-setup apply"
