"""What is there on the machine, looked at once before a session: the facts from which the jail's rules follow.

It decides nothing but where a path leads; a link that a session could have put there leads nowhere.
"""

from __future__ import annotations

import os
import stat

from ..linux.files import is_inside, leads_to
from . import home, system
from .secrets import SHARED, is_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..values import Values

_BINARIES = ("bin", "sbin", "shims", "Scripts")
# What lies beside the programs of an installation, or makes a folder one.
_BESIDE = (
    *("lib", "lib64", "libexec", "share", "include", "conda-meta", "pyvenv.cfg", "versions", "candidates", "installs"),
    *("pkg", "jmods", "release", "platform-tools", "toolchains", "node_modules", "packs", "sdk"),
)


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


class Mounted:
    """A line of mountinfo: where it is, which file system, and which part of that it shows."""

    __slots__ = ("device", "kind", "part", "place")

    def __init__(self, place: str, device: str, part: str, kind: str) -> None:
        self.place = place
        self.device = device
        self.part = part
        self.kind = kind

    def __repr__(self) -> str:
        return f"Mounted({self.place!r}, {self.device!r}, {self.part!r}, {self.kind!r})"


def part_of(path: str, mounted: Sequence[Mounted]) -> tuple[str, str]:
    """(device, path in that file system) of a real path: two names of one thing have the same."""
    around = [mount for mount in mounted if is_inside(path, mount.place)]
    if not around:
        return "", path
    mount = max(enumerate(around), key=lambda item: (len(item[1].place), item[0]))[1]
    return mount.device, below(mount.part, path[len(mount.place.rstrip("/")) :])


def below(folder: str, rest: str) -> str:
    """The folder with what comes after it, which may be nothing."""
    return folder.rstrip("/") + rest if rest.strip("/") else folder


class Guide:
    """Finds out where paths lead, and what they are in the home, by whatever mount.

    It follows no link that lies in a folder that sessions can write (`untrusted`).
    """

    __slots__ = ("_named", "_part", "home", "mounted", "untrusted")

    def __init__(self, values: Values) -> None:
        self.home = values.real_home
        self._named = values.home
        self.mounted = mounted()
        self._part = part_of(self.home, self.mounted)
        self.untrusted: tuple[str, ...] = ()

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

    def place(self, path: str) -> str:
        """Where it is in the jail: there the home's other name is a link; what lies below it is where that leads."""
        return below(self.home, path[len(self._named) :]) if is_inside(path, self._named) else path


def at_home(written: str, home: str) -> str:
    """A path of the config: "~/" is the home."""
    return home if written == "~" else home + written[1:] if written.startswith("~/") else written


def of_the_home(guide: Guide) -> Iterator[Found]:
    """The rows of the home's table that are there."""
    for name, reason in home.SHOWN:
        path = f"{guide.home}/{name}"
        if os.access(path, os.F_OK) and (found := guide.allowed(path, reason)):
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


def of_path(guide: Guide, path: str) -> tuple[list[Found], str]:
    """The installations to which the entries of a PATH belong, and the PATH with each entry as it lies."""
    found: list[Found] = []
    entries: list[str] = []
    for entry in dict.fromkeys(path.split(":")):
        place = guide.lead(entry) if entry.startswith("/") else ""
        if not place or not os.path.isdir(place):
            continue
        entries.append(place)
        found += _programs(guide, place)
        if is_inside(place, guide.home):
            found += _linked_programs(guide, place)
    return found, ":".join(entries)


def _programs(guide: Guide, folder: str) -> list[Found]:
    """The folder with the installation that it belongs to, or where that holds secrets the folder alone."""
    places = dict.fromkeys((installation(folder, guide.home), folder))
    return [item for place in places if (item := guide.allowed(place, home.PROGRAMS))][:1]


def _linked_programs(guide: Guide, folder: str) -> Iterator[Found]:
    """~/.local/bin/tool may be a link into a folder that is called whatever."""
    try:
        with os.scandir(folder) as entries:
            links = [entry.path for entry in entries if entry.is_symlink()][:500]
    except OSError:
        return
    for target in dict.fromkeys(filter(None, map(guide.lead, links))):
        parent = target.rpartition("/")[0]
        if is_inside(parent, guide.home):
            whole = installation(parent, guide.home)
            item = guide.allowed(target if whole == parent else whole, home.PROGRAMS)
            if item:
                yield item


def installation(folder: str, home: str) -> str:
    """The whole that a folder of programs belongs to: ~/miniconda3 for ~/miniconda3/bin. Never a project."""
    parent, _, name = folder.rpartition("/")
    if name not in _BINARIES or parent.count("/") < 2 or is_inside(home, parent):
        return folder
    if any(is_inside(f"{home}/{shared}", parent) for shared in SHARED):
        return folder
    return parent if is_installation(parent, home) else folder


def is_installation(folder: str, home: str) -> bool:
    """Whether it looks like one: no repository of somebody's project, and with what programs have beside them."""
    is_hidden = "/." in folder[len(home) :]
    if not is_hidden and os.path.lexists(f"{folder}/.git"):
        return False
    return any(os.path.lexists(f"{folder}/{name}") for name in _BESIDE)


def of_variables(guide: Guide) -> Iterator[tuple[str, str, Found | None]]:
    """(name, value, what is shown for it) of the variables that say where a toolchain is."""
    for name in home.POINTERS:
        value = os.environ.get(name, "")
        if value.startswith("/"):
            found = guide.allowed(value, f"{name} names it") if ":" not in value else None
            is_one = found and (not found.is_folder or is_installation(found.source, guide.home))
            yield name, value, found if is_one else None


def mounted() -> list[Mounted]:
    """What is mounted in this mount namespace, in the kernel's order."""
    table = read_whole_table("/proc/self/mountinfo")
    return [item for line in table.split(b"\n") if (item := _mounted(line))]


def read_whole_table(path: str) -> bytes:
    """One of the kernel's tables, which have no size."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(file, 1 << 18):
            parts.append(part)
            if len(parts) > 400:
                break
        return b"".join(parts)
    finally:
        os.close(file)


def _mounted(line: bytes) -> Mounted | None:
    """A line of mountinfo (proc(5)); for NFS the server is the device, and what it exports the part."""
    words = line.split(b" ")
    if len(words) < 10 or b"-" not in words:
        return None
    after = words.index(b"-")
    part, place, kind, source = map(_plain, (words[3], words[4], words[after + 1], words[after + 2]))
    device = words[2].decode()
    if kind.startswith("nfs") and ":" in source:
        device, _, export = source.partition(":/")
        part = f"/{export}/{part}".rstrip("/")
    return Mounted(place, device, part or "/", kind)


def _plain(word: bytes) -> str:
    if b"\\" in word:
        for code, byte in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
            word = word.replace(code, byte)
    return os.fsdecode(word)
