"""`--explain`: what a session here could do, read from the same rules that a session gets."""

from __future__ import annotations

import os

from ..git import settings as git
from ..jail.mounts import Cover, Held, Layer, Link, Room, Text, Tree
from ..shown import environment
from ..shown.caches import OWN
from .lines import show, to_set
from .siblings import unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..jail.mounts import Mount
    from ..run.scene import Scene
    from ..values import Values
    from ..workspace.place import Workspace
    from ..workspace.questions import Questions

_BOUNDARY = {
    "config": "boundary   none: commands and edits are asked for, nothing confines them",
    "bash": "boundary   Claude Code's own sandbox, for shell commands only",
}


def explain(values: Values, path: str, what: str = "") -> int:
    """All, or one thing: a path, HOST:PORT, or a domain."""
    from ..run.scene import scene
    from ..shown.surroundings import Guide
    from ..workspace.finding import find_workspace
    from ..workspace.questions import Questions

    guide = Guide(values)
    where = find_workspace(values, guide, path)
    if what and values.is_jailed:
        from .asked import explain_one

        explain_one(scene(values, guide, where, Questions(where, values.real_home, values.mask), path), what)
        return 0
    show(f"level      {values.level}")
    show(f"workspace  {where.root} (writable)")
    questions = Questions(where, values.real_home, values.mask)
    if values.is_jailed:
        for line in _of_the_jail(scene(values, guide, where, questions, path), path):
            show(line)
    else:
        show(_BOUNDARY[values.level])
    for line in _of_git(values, where, questions):
        show(line)
    show(f"server     {values.base_url}" + (" (found; another one if that does not answer)" * values.finds_server))
    return 0


def _of_the_jail(made: Scene, path: str) -> Iterator[str]:
    mounts = made.mounts()
    for mount in mounts:
        if isinstance(mount, Tree) and mount.writable and not _is_cache(mount) and mount.place != made.workspace.root:
            yield f"write      {mount.place}: {mount.reason}"
    for reason, places in _by_reason(filter(_is_cache, mounts)).items():
        yield f"write      {reason}: {', '.join(places)}"
    rooms = ", ".join([*(mount.place for mount in mounts if isinstance(mount, Room)), "/dev/shm"])
    yield f"write      {rooms} (private, gone afterwards)"
    for mount in mounts:
        if isinstance(mount, Link) and mount.to == made.workspace.root:
            yield f"write      {mount.place}: {mount.reason}"
    for reason, places in _by_reason(mount for mount in mounts if not _is_writable(mount)).items():
        yield f"read       {reason}: {', '.join(places)}"
    yield "read       nothing else of your home (isolation.read shows more)"
    for mount in mounts:
        if isinstance(mount, Cover):
            yield f"hidden     {mount.place}: {mount.reason}"
    held = {mount.place: mount.reason for mount in mounts if isinstance(mount, Held) and not mount.writable}
    for place, reason in held.items():
        yield f"read-only  {place}: {reason}"
    if any(os.path.basename(place) == "config" for place in held):
        for refused, instead in git.INSTEAD:
            yield f"git        not {refused}: {instead}"
        yield f"git        not {git.REFUSED}: outside of the jail"
    yield from _network(made)
    for name, place in unseen(made):
        yield f"not there  {place}, which {name} names; to show it: {to_set(made.values, 'read', place)}"
    if lost := [entry for entry in path.split(":") if _is_lost(made, entry)]:
        yield f"dropped    of PATH: {', '.join(lost)} (not there, or a session could have put it there)"
    if dropped := environment.dropped(made.values):
        yield f"dropped    {', '.join(dropped)} (isolation.pass_env passes more)"
    yield "refused    sudo, su, pkexec; typing into the terminal; other processes; sockets of the host"


def _of_git(values: Values, where: Workspace, questions: Questions) -> Iterator[str]:
    """What is there that git would run outside, and what sessions left that nobody was told of."""
    from ..remaining import untold_of
    from ..workspace.dangers import dangers
    from ..workspace.report import folded

    for line, _ in folded(dangers(questions.before, where, also_own=True), where.root, whole=True):
        yield f"obeyed     {line}"
    for line, _ in folded(untold_of(values, where.root), where.root, whole=True):
        yield f"left       {line}, and a session made or changed it"


def _is_lost(made: Scene, entry: str) -> bool:
    return entry.startswith("/") and made.guide.lead(entry) not in made.path.split(":")


def _is_writable(mount: Mount) -> bool:
    return isinstance(mount, Tree) and mount.writable


def _is_cache(mount: Mount) -> bool:
    return isinstance(mount, Layer) or mount.reason == OWN


def _by_reason(mounts: Iterable[Mount]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mount in mounts:
        if isinstance(mount, (Tree, Text)):
            found.setdefault(mount.reason, []).append(mount.place)
    return found


def _network(made: Scene) -> Iterator[str]:
    values = made.values
    if values.network == "host":
        yield "network    the host's: everything that this machine reaches"
        return
    for way in made.ways.ways:
        if way.shown:
            yield f"network    {way.shown}"
    for domain in values.domains:
        yield f"network    {domain} and names below it, by http and https"
    yield "network    nothing else"
    for port in values.publish:
        yield f"published  port {port}, on this machine only"
