"""What covers something in the jail: mounts of the machine's that show something else, secrets, what is hidden."""

from __future__ import annotations

from ..linux.files import is_inside
from ..shown import system
from ..shown.mounted import below, part_of
from .mounts import Cover, Folder, Link, Tree
from .there import There

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..shown.mounted import Mounted
    from .mounts import Mount


def split(mount: Mount, there: There) -> Iterator[Mount]:
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
            yield from split(Tree(place, mount.reason, path), there)


def _strictly(path: str, folder: str) -> bool:
    return path != folder and is_inside(path, folder)


def masks(made: Sequence[Mount], mounted: Sequence[Mounted], home: str, inside: str = "") -> Iterator[Cover]:
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


def covers(made: Sequence[Mount], paths: Iterable[str], reason: str) -> Iterator[Cover]:
    return (Cover(place, reason, "folder") for place in visible(made, paths))


def visible(made: Sequence[Mount], paths: Iterable[str]) -> Iterator[str]:
    """Where these paths of the host are seen in the jail."""
    trees = [mount for mount in made if isinstance(mount, Tree)]
    for path in paths:
        places = [below(tree.place, path[len(tree.source) :]) for tree in trees if is_inside(path, tree.source)]
        yield from dict.fromkeys(places)
