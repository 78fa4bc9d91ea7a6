"""The jail's rules: a pure function from what is there to the mounts that a session gets, and to bubblewrap's words.

Later mounts lie over earlier ones. `--explain`, the run and the tests read the same list.
"""

from __future__ import annotations

import os

from ..host import system
from ..host.surroundings import below, part_of
from ..linux.files import is_inside
from ..values import OWN_IN_THE_JAIL
from .mounts import Cover, Folder, Held, Link, Mailbox, Room, Text, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..host.surroundings import Found, Mounted
    from .mounts import Mount

WORKSPACE = "the workspace"

Children = dict[str, list[tuple[str, str]]]  # by folder: its names, each with "folder", "file" or "link:TEXT"


class There:
    """Everything that the rules follow from. Paths are real ones, but for `home`, `links` and a Found's `place`."""

    strict: bool
    home: str
    real_home: str
    product: str  # the program's folder
    state: str  # this workspace's own config directory, on the host
    config: Sequence[Found]  # of the shared config directory, below it in `place`
    workspace: str
    opened: int  # a descriptor of the workspace
    git: Sequence[tuple[str, int]]  # git's folders outside it, each with a descriptor
    writes: Sequence[Found]  # isolation.write
    protected: Sequence[Held]
    system: Sequence[Found]
    links: Sequence[tuple[str, str]]
    rows: Sequence[Found]  # of the home's table
    programs: Sequence[Found]  # where PATH and the variables lead, and the claude program
    reads: Sequence[Found]  # isolation.read
    hide: Sequence[str]  # isolation.hide
    children: Children  # of the folders above what is hidden
    mounted: Sequence[Mounted]
    sockets: Sequence[str]
    texts: Sequence[tuple[str, str, bytes]]  # (place, reason, content)
    editors: str  # where locks of editors are shown; "" at levels without
    tmp_percent: int

    def __init__(self, **known: object) -> None:
        self.__dict__.update(known)


def mounts(there: There) -> list[Mount]:
    """All of the jail's file system but /dev and /proc, in the order in which it is made."""
    made: list[Mount] = [*_own(there)]
    made += _shown(there)
    masks = list(_masks(made, there.mounted, there.real_home))
    made = [*(part for mount in made for part in _split(mount, there)), *masks]
    made += _covers(made, there.hide, "isolation.hide names it")
    opened = list(_opened(there))
    made += opened
    made += _masks(opened, there.mounted, there.real_home, inside=there.workspace)
    made += there.protected
    made += _covers(opened, there.hide, "isolation.hide names it")
    made += [Cover(place, "a socket of the host", "socket") for place in _visible(made, there.sockets)]
    if there.editors:
        made.append(Mailbox(there.editors, "the editors that have this workspace open"))
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
    """What is readable, outer folders before inner ones, each once."""
    home: list[Found] = [*there.programs, *([] if there.strict else there.rows)]
    shown: list[Tree] = []
    for found in (*_system(there), *sorted(home, key=lambda item: (item.place, item.source)), *there.reads):
        if _is_hidden(found.source, there):
            continue
        for place in dict.fromkeys((found.place, found.source)):
            tree = Tree(place, found.reason, found.source)
            if not _is_shown(tree, shown):
                shown.append(tree)
                yield tree
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


def _split(mount: Mount, there: There) -> Iterator[Mount]:
    """A tree in which something is hidden is shown part by part: a mask over a file would go with the file.

    Not what lies over the session's own state: without it, that would be seen.
    """
    over_state = is_inside(mount.place, f"{there.real_home}/.claude-local")
    if not isinstance(mount, Tree) or mount.writable or over_state or mount.source not in there.children:
        yield mount
        return
    hidden = [path for path in there.hide if _strictly(path, mount.source)]
    if not hidden:
        yield mount
        return
    yield Folder(mount.place, mount.reason)
    for name, kind in there.children[mount.source]:
        path, place = f"{mount.source}/{name}", f"{mount.place}/{name}"
        if path in hidden:
            continue
        if kind.startswith("link:"):
            yield Link(place, mount.reason, kind[5:])
        else:
            yield from _split(Tree(place, mount.reason, path), there)


def _strictly(path: str, folder: str) -> bool:
    return path != folder and is_inside(path, folder)


def _masks(made: Sequence[Mount], mounted: Sequence[Mounted], home: str, inside: str = "") -> Iterator[Cover]:
    """Covers for what is mounted in the trees and is not theirs: the home or its disk again, other programs' mounts."""
    own, allowed = part_of(home, mounted), part_of(inside, mounted) if inside else None
    trees = [mount for mount in made if isinstance(mount, Tree)]
    for mount in mounted:
        if not _again(mount, own, allowed) and (inside or not mount.kind.startswith(system.NOT_OF_THE_SYSTEM)):
            continue
        for tree in trees:
            if _strictly(mount.place, tree.source) or (mount.place == tree.source and not inside):
                place = below(tree.place, mount.place[len(tree.source) :])
                yield Cover(place, "a mount that shows something else", "folder")


def _again(mount: Mounted, own: tuple[str, str], allowed: tuple[str, str] | None) -> bool:
    """Whether the mount shows the home, or a part or the whole of what it lies in, once more."""
    device, part = own
    if mount.device != device or not (is_inside(part, mount.part) or is_inside(mount.part, part)):
        return False
    return not (allowed and allowed[0] == device and is_inside(mount.part, allowed[1]))


def _covers(made: Sequence[Mount], paths: Iterable[str], reason: str) -> Iterator[Cover]:
    return (Cover(place, reason, "folder") for place in _visible(made, paths))


def _visible(made: Sequence[Mount], paths: Iterable[str]) -> Iterator[str]:
    """Where these paths of the host are seen in the jail."""
    trees = [mount for mount in made if isinstance(mount, Tree)]
    for path in paths:
        places = [below(tree.place, path[len(tree.source) :]) for tree in trees if is_inside(path, tree.source)]
        yield from dict.fromkeys(places)


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
        *("--remount-ro", "/dev"),
        *("--chdir", cwd),
    ]
