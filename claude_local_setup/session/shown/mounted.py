"""The machine's mounts, as the kernel lists them."""

from __future__ import annotations

import os

from ..linux.files import is_inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


WINDOWS = "drvfs"  # a drive of Windows in WSL, whichever protocol brings it


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
    if source.startswith(WINDOWS) or b"aname=drvfs" in words[-1]:
        kind = WINDOWS
    if kind.startswith("nfs") and ":" in source:
        device, _, export = source.partition(":/")
        part = f"/{export}/{part}".rstrip("/")
    return Mounted(place, device, part or "/", kind)


def _plain(word: bytes) -> str:
    if b"\\" in word:
        for code, byte in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
            word = word.replace(code, byte)
    return os.fsdecode(word)
