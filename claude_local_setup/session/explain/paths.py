"""A path: whether sessions read or write it, by which rule, and the lines that would allow it."""

from __future__ import annotations

import os
import stat

from ..jail.mounts import Cover, Folder, Held, Layer, Room, Tree
from ..jail.view import seen
from ..linux.files import is_inside, leads_to
from ..shown.devices import GPU, may_be_named
from ..shown.secrets import SECRET
from ..shown.surroundings import at_home
from ..workspace.finding import refused
from .lines import to_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..jail.mounts import Mount
    from ..run.scene import Scene

_OWN_DEVICES = (
    *("null", "zero", "full", "random", "urandom", "tty", "pts", "ptmx", "shm", "fd", "stdin", "stdout", "stderr"),
    *("console", "core"),
)
_GPU = tuple(pattern.rstrip("*") for pattern in GPU)


def of(made: Scene, what: str) -> Iterator[str]:
    """`what` may be relative to the current directory."""
    path = os.path.normpath(os.path.join(made.workspace.cwd, what))
    mounts = made.mounts()
    place, found = seen(mounts, made.guide.place(path))
    is_there = "" if os.path.lexists(path) else ", and nothing is there now"
    if is_inside(path, "/dev"):
        yield from _of_a_device(made, path)
    elif is_inside(path, "/proc"):
        yield f"read       {path}: the jail's own, with the session's processes alone"
    elif _is_socket(path):
        yield f"refused    {path}: a socket of the host; nothing that listens outside is reached by a file"
    elif isinstance(found, Cover):
        yield f"hidden     {path}: {found.reason}"
    elif found is None:
        yield from _not_there(made, path, place)
    elif isinstance(found, (Room, Layer)):
        yield f"write      {path}: {found.reason}{is_there}"
    elif isinstance(found, Tree) and found.writable:
        yield from _writable(mounts, place, path, f"{found.reason}{is_there}")
    else:
        yield from _readable(made, found, path, is_there)


def _writable(mounts: Sequence[Mount], place: str, path: str, why: str) -> Iterator[str]:
    held = [mount for mount in mounts if isinstance(mount, Held) and is_inside(place, mount.place)]
    refusing = next((mount for mount in reversed(held) if not mount.writable), None)
    if refusing:
        yield f"read       {path}: {refusing.reason}; you change it, outside"
    else:
        yield f"write      {path}: {why}"


def _readable(made: Scene, found: Mount, path: str, is_there: str) -> Iterator[str]:
    if isinstance(found, Folder):
        yield f"read       {path}: {found.reason}; of what lies in it only what is shown"
        yield "           all that is: claude-local --explain"
    else:
        yield f"read       {path}: {found.reason}{is_there}"
        if isinstance(found, Tree):
            yield _to_write(made, path)


def _not_there(made: Scene, path: str, place: str) -> Iterator[str]:
    guide, home = made.guide, made.guide.home
    source = leads_to(path)
    real = guide.in_the_home(source)
    hidden = next((name for name in made.there.hide if is_inside(source, name)), "")
    led = f"{place}, to which it leads: " if place and place != guide.place(path) else ""
    if hidden:
        yield f"hidden     {path}: isolation.hide names {hidden}"
        yield "           to show it: claude-local-setup config edit && claude-local-setup apply"
        return
    if any(is_inside(real, f"{home}/{name}") for name in SECRET):
        yield f"not there  {path}: {led}it is or holds secrets"
        yield f"           to show it all the same: {to_set(made.values, 'read', path)}"
        return
    if not os.path.lexists(path):
        yield f"not there  {path}: nor outside; of what lies there nothing is shown"
        return
    of_what = "your home" if is_inside(real, home) else "this machine"
    yield f"not there  {path}: {led}of {of_what} only a list of things is shown"
    yield f"           to show it: {to_set(made.values, 'read', path)}"
    yield _to_write(made, path)


def _to_write(made: Scene, path: str) -> str:
    """The line; or why there is none."""
    hide = [made.guide.lead(at_home(written, made.guide.home)) for written in made.values.hide]
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    reason = refused(leads_to(folder), made.guide, hide)
    if reason or folder.count("/") < 2:
        return f"           {folder} is not opened for writing: {reason or 'it is too wide'}"
    which = "write it" if folder == path else f"write in {folder}"
    return f"           to {which}: {to_set(made.values, 'write', folder)}"


def _of_a_device(made: Scene, path: str) -> Iterator[str]:
    name = path[len("/dev/") :]
    if any(is_inside(path, device) or is_inside(device, path) for device in made.there.devices):
        yield f"write      {path}: isolation.devices names it"
    elif name.partition("/")[0] in _OWN_DEVICES or not name:
        yield f"write      {path}: the jail's own"
    elif not os.path.lexists(path):
        yield f"not there  {path}: nor outside"
    else:
        yield f"not there  {path}: a device of the machine's"
        if may_be_named(path):
            which = "gpu" if path.startswith(_GPU) else path
            yield f"           to use it: {to_set(made.values, 'devices', which)}"


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False
