"""The jail's rules: a pure function from what is there to the mounts that a session gets, and to bubblewrap's words.

Later mounts lie over earlier ones. `--explain`, the run and the tests read the same list.
"""

from __future__ import annotations

import os

from ..linux.files import is_inside
from ..shown.mounted import below, part_of
from ..values import OWN_IN_THE_JAIL
from . import covering
from .mounts import Cover, Folder, Link, Mailbox, Room, Text, Tree
from .there import There

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..shown.surroundings import Found
    from .mounts import Mount

WORKSPACE = "the workspace"


def mounts(there: There) -> list[Mount]:
    """All of the jail's file system but /dev and /proc, in the order in which it is made."""
    made: list[Mount] = [*_own(there)]
    made += _shown(there)
    masks = list(covering.masks(made, there.mounted, there.real_home))
    made = [*(part for mount in made for part in covering.split(mount, there)), *masks]
    made += covering.covers(made, there.hide, "isolation.hide names it")
    opened = list(_opened(there))
    made += opened
    made += covering.masks(opened, there.mounted, there.real_home, inside=there.workspace)
    made += there.protected
    made += covering.covers(opened, there.hide, "isolation.hide names it")
    made += [Cover(place, "isolation.mask names it", "file") for place in there.masked]
    made += [Cover(place, "a socket of the host", "socket") for place in covering.visible(made, there.sockets)]
    if there.editors:
        made.append(Mailbox(there.editors, "the editors that have this workspace open"))
    made += _names(there, made)
    made += [Text(place, reason, content) for place, reason, content in there.texts]
    return made


def _own(there: There) -> Iterator[Mount]:
    yield Room("/tmp", "private, gone afterwards", there.tmp_percent)
    yield Room("/var/tmp", "private, gone afterwards", max(1, there.tmp_percent // 5))
    for place in ("/proc", "/dev", "/run", "/sys", OWN_IN_THE_JAIL):
        yield Folder(place, "the jail's own")
    for place, to in there.links:
        yield Link(place, "as on the host", to)
    yield Folder(there.real_home, "your home, but for what is shown of it")
    if there.home != there.real_home:
        yield Link(there.home, "your home's other name", there.real_home)


def _shown(there: There) -> Iterator[Tree]:
    """What is readable, and caches, outer folders before inner ones, each once."""
    home: list[Found] = [*there.programs, *([] if there.strict else there.rows), *there.reads]
    trees = [Tree(place, item.reason, item.source) for item in home for place in {item.place, item.source}]
    trees = sorted([*trees, *there.caches], key=lambda tree: (tree.place, tree.writable, tree.source))
    shown: list[Tree] = []
    for tree in (*(Tree(item.place, item.reason, item.source) for item in _system(there)), *trees):
        if not _is_hidden(tree.source, there) and (tree.writable or not _is_shown(tree, shown)):
            shown.append(tree)
            yield tree
    # What asks before each command is nothing that a session can change, wherever it is installed.
    for found in there.own:
        layers = [tree for tree in there.caches if is_inside(found.source, tree.source)]
        yield from (
            Tree(below(tree.place, found.source[len(tree.source) :]), found.reason, found.source) for tree in layers
        )
    yield Tree(f"{there.real_home}/.claude-local", "what sessions here have kept", there.state, writable=True)
    for found in there.config:
        yield Tree(found.place, found.reason, found.source)
    yield Tree(there.product, "the program itself, which a session asks for its status line", optional=False)


def _system(there: There) -> list[Found]:
    """But for what holds the home, by that name or another: a service's home lies in /var/lib."""
    device, part = part_of(there.real_home, there.mounted)
    return [found for found in there.system if not _holds(part_of(found.source, there.mounted), device, part)]


def _holds(other: tuple[str, str], device: str, part: str) -> bool:
    return other[0] == device and is_inside(part, other[1])


def _is_hidden(source: str, there: There) -> bool:
    return any(is_inside(source, path) for path in there.hide)


def _is_shown(tree: Tree, shown: Iterable[Tree]) -> bool:
    return any(
        is_inside(tree.place, other.place) and tree.source == below(other.source, tree.place[len(other.place) :])
        for other in shown
    )


def _opened(there: There) -> Iterator[Tree]:
    """What is writable; the workspace last, it may lie in one of the others."""
    for found in there.writes:
        if _is_hidden(found.source, there):
            continue
        yield Tree(found.source, "isolation.write names it", writable=True)
    for path, opened in there.git:
        yield Tree(path, "git keeps this workspace's history there", writable=True, opened=opened, optional=False)
    yield Tree(there.workspace, WORKSPACE, writable=True, opened=there.opened, optional=False)


def _names(there: There, made: Sequence[Mount]) -> Iterator[Link]:
    """What the workspace is called besides, where nothing else is there: build folders and virtual environments keep
    the name by which somebody came."""
    for name in there.names:
        inside = any(is_inside(name, mount.place) for mount in made if isinstance(mount, (Tree, Room, Link, Cover)))
        if not inside and not any(is_inside(mount.place, name) for mount in made):
            yield Link(name, "the workspace's other name", there.workspace)


def _memory() -> int:
    """Bytes that the machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def options(there: There, cwd: str) -> list[str]:
    """Bubblewrap's words: the namespaces, no capability, and what only it can make."""
    return [
        "--clearenv",
        *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--cap-drop", "ALL"),
        *("--bind", there.product, "/"),
        *("--dev", "/dev", "--proc", "/proc"),
        *("--size", str(max(1, _memory() * there.tmp_percent // 200)), "--perms", "1777", "--tmpfs", "/dev/shm"),
        *(word for device in there.devices for word in ("--dev-bind-try", device, device)),
        *("--remount-ro", "/dev"),
        *("--chdir", cwd),
    ]
