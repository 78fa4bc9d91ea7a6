"""git's index of a work tree (gitformat-index(5)): does it know these very files, and does it name any that is outside?

It has of each file the inode and both times, which nobody can give to another. Paths are checked when they are added,
but not when an index is read.
"""

from __future__ import annotations

import os
import stat

from ..linux.files import open_beneath, read_whole
from .folders import line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_READ = 1 << 18  # bytes of it, some two thousand files
_LARGEST = 64_000_000  # bytes of one that is looked through whole
_LONGEST = 32_768  # bytes of a path
_HEAD, _TIMES = 12, 40  # bytes of the file's head; of an entry up to its hash
_EXTENDED, _NOT_THERE = 0x4000, 0x4000  # flags: there are more; the file is left out of a sparse work tree
_IN_CONFLICT = 0x3000  # flags: one of several versions, of which the file is none
_SHA1, _SHA256 = 20, 32


def knows(git: int, tree: int) -> bool:
    """Whether most of what it holds is there as it says."""
    text = _beginning(git)
    seen = same = 0
    for path, told, is_there in _entries(text, _hash_size(f"/proc/self/fd/{git}")):
        if is_there and stat.S_ISREG(int.from_bytes(told[24:28], "big")):
            seen += 1
            same += _is_as_told(os.fsdecode(path), told, tree)
    return same * 2 > seen


def leads_out(path: str) -> bool:
    """Whether an index names a path outside the work tree, or in git's own folder: a checkout would write it."""
    import re

    text = read_whole(path, largest=_LARGEST)
    if text is None:
        return True
    paths = b"\0".join(name for name, *_ in _entries(text, _hash_size(os.path.dirname(path))))
    return re.search(rb"(?i)(^|\0)/|(^|[\0/])(\.\.?|\.git)(/|\0|$)", paths) is not None


def _beginning(git: int) -> bytes:
    try:
        file = os.open("index", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=git)
    except OSError:
        return b""
    try:
        return os.read(file, _READ) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    finally:
        os.close(file)


def _entries(text: bytes, hash_size: int) -> Iterator[tuple[bytes, bytes, bool]]:
    """(path, what is told of the file, whether it should be there)."""
    version = int.from_bytes(text[4:8], "big")
    count = int.from_bytes(text[8:_HEAD], "big")
    if text[:4] != b"DIRC" or version not in (2, 3, 4):
        return
    place, path = _HEAD, b""
    for _ in range(count):
        told, flags_at = text[place : place + _TIMES], place + _TIMES + hash_size
        flags = int.from_bytes(text[flags_at : flags_at + 2], "big")
        more = int.from_bytes(text[flags_at + 2 : flags_at + 4], "big") if flags & _EXTENDED else 0
        begin = flags_at + (4 if flags & _EXTENDED else 2)
        if version == 4:
            dropped, begin = _number(text, begin)
        end = text.find(b"\0", begin)
        if end < 0:
            return  # cut off
        path = path[: len(path) - dropped] + text[begin:end] if version == 4 else text[begin:end]
        place = end + 1 if version == 4 else place + (end - place + 8) // 8 * 8
        if len(path) > _LONGEST:
            yield b"..", told, False  # nobody's file: read no further
            return
        yield path, told, not (more & _NOT_THERE or flags & _IN_CONFLICT)


def _number(text: bytes, place: int) -> tuple[int, int]:
    """(a number as git writes it in seven bits each, the place after it)."""
    value = text[place] & 127 if place < len(text) else 0
    while place < len(text) and text[place] & 128:
        place += 1
        value = ((value + 1) << 7) + (text[place] & 127 if place < len(text) else 0)
    return value, place + 1


def _is_as_told(path: str, told: bytes, tree: int) -> bool:
    """Both times and the inode."""
    try:
        file = open_beneath(tree, path)
    except (OSError, ValueError):
        return False
    found = os.fstat(file)
    os.close(file)
    changed, written = divmod(found.st_ctime_ns, 10**9), divmod(found.st_mtime_ns, 10**9)
    values = (*changed, *written)
    is_same = b"".join((value & 0xFFFFFFFF).to_bytes(4, "big") for value in values) == told[:16]
    return is_same and told[20:24] == (found.st_ino & 0xFFFFFFFF).to_bytes(4, "big")


def _hash_size(git: str) -> int:
    """As the repository's config has it; one that says more than git writes is named by itself."""
    common = os.path.join(git, line_of(f"{git}/commondir") or ".")
    section, size = b"", _SHA1
    for line in (read_whole(f"{common}/config", follow=False) or b"").lower().split(b"\n"):
        key, _, value = (part.strip() for part in line.partition(b"="))
        section = key if key.startswith(b"[") else section
        if section == b"[extensions]" and key == b"objectformat":
            size = _SHA256 if value == b"sha256" else _SHA1
    return size
