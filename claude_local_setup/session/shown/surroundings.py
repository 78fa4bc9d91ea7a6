"""What is there on the machine, looked at once before a session: the facts from which the jail's rules follow.

It decides nothing but where a path leads; a link that a session could have put there leads nowhere.
"""

from __future__ import annotations

import os
import stat

from ..linux.files import is_inside, leads_to
from . import home, system
from .mounted import WINDOWS, below, mounted, part_of
from .secrets import is_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..values import Values


class Found:
    """Something that is there: where it is asked for, where it lies (no link in it), and why it is shown."""

    __slots__ = ("is_folder", "place", "reason", "source")

    def __init__(self, place: str, source: str, reason: str, *, is_folder: bool) -> None:
        self.place = place
        self.source = source
        self.reason = reason
        self.is_folder = is_folder

    def __repr__(self) -> str:
        return f"Found({self.place!r}, {self.source!r}, {self.reason!r}, is_folder={self.is_folder})"


class Guide:
    """Finds out where paths lead, and what they are in the home, by whatever mount.

    It follows no link that lies in a folder that sessions can write (`untrusted`).
    """

    __slots__ = ("_named", "_part", "_windows", "home", "mounted", "runs_outside", "untrusted")

    def __init__(self, values: Values) -> None:
        self.home = values.real_home
        self._named = values.home
        self.mounted = mounted()
        self._part = part_of(self.home, self.mounted)
        self._windows = [mount.place for mount in self.mounted if mount.kind == WINDOWS]
        self.untrusted: tuple[str, ...] = ()
        program = values.server_program
        self.runs_outside = {program, leads_to(program)} if program else set()

    def lead(self, path: str) -> str:
        """Where it leads; "" if that is nowhere, or through a link of a session's."""
        return leads_to(path, self.untrusted)

    def in_the_home(self, path: str) -> str:
        """A real path as the home has it, if another mount shows it; of what holds the home, the home itself."""
        device, part = part_of(path, self.mounted)
        own, home = self._part
        if device != own:
            return path
        if is_inside(home, part):
            return self.home
        return below(self.home, part[len(home.rstrip("/")) :]) if is_inside(part, home) else path

    def found(self, path: str, reason: str) -> Found | None:
        source = self.lead(path)
        try:
            mode = os.stat(source, follow_symlinks=False).st_mode if source else 0
        except OSError:
            return None
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            return None
        return Found(self.place(path), source, reason, is_folder=stat.S_ISDIR(mode))

    def allowed(self, path: str, reason: str) -> Found | None:
        """The same for what is shown unasked: nothing that is, holds or lies in a secret."""
        found = self.found(path, reason)
        return None if found is None or is_secret(self.in_the_home(found.source), self.home) else found

    def is_of_windows(self, path: str) -> bool:
        """What WSL puts on PATH are programs that no jail can start, and slow to look at."""
        return any(is_inside(path, drive) for drive in self._windows)

    def place(self, path: str) -> str:
        """Where it is in the jail: there the home's other name is a link; what lies below it is where that leads."""
        return below(self.home, path[len(self._named) :]) if is_inside(path, self._named) else path


def at_home(written: str, home: str) -> str:
    """A path of the config: "~/" is the home."""
    return home if written == "~" else home + written[1:] if written.startswith("~/") else written


def named(guide: Guide, name: str) -> str:
    """A name of the home's tables as a path: settings are where XDG_CONFIG_HOME says."""
    settings = os.environ.get("XDG_CONFIG_HOME", "")
    if name.startswith(".config/") and settings.startswith("/"):
        return settings.rstrip("/") + name[len(".config") :]
    return f"{guide.home}/{name}"


def of_the_home(guide: Guide) -> Iterator[Found]:
    """The rows of the home's table that are there."""
    for name, reason in home.SHOWN:
        path = named(guide, name)
        if os.access(path, os.F_OK) and (found := guide.allowed(path, reason)):
            yield found


def of_git(guide: Guide, named: Iterable[str], workspace: str) -> Iterator[Found]:
    """Of what the user's own settings of git name, what is there and is not the workspace's; a folder of its own."""
    for path in named:
        found = guide.allowed(path, home.GIT) if path.startswith("/") else None
        if found and not is_inside(found.source, workspace) and not is_inside(workspace, found.source):
            yield found


def of_the_system(*, strict: bool) -> Iterator[Found | tuple[str, str]]:
    """The rows of the system's table that are there; (place, to) where one is a link."""
    for path, reason, always in system.SHOWN:
        if strict and not always:
            continue
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            continue
        if stat.S_ISLNK(mode):
            yield path, os.readlink(path)
        elif stat.S_ISDIR(mode):
            yield Found(path, path, reason, is_folder=True)


def of_the_network(guide: Guide) -> Iterator[Found]:
    """What the host's network needs of its files: the list of name servers, to which /etc has a link only."""
    found = guide.allowed("/etc/resolv.conf", "where names are looked up")
    if found and not found.is_folder:
        yield Found(found.source, found.source, found.reason, is_folder=False)
