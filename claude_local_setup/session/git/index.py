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
_LENGTH = 0xFFF  # flags: the path's length; all of them: up to its zero
_SHA1, _SHA256 = 20, 32
_OUT = (b"/../", b"/./", b"/.git/", b"//", b"\0")  # in all paths, each behind a slash; git adds no zero either
_MOST_BLOCKS, _MOST_ORDERS = 512, 16
_LONGER = 4  # all paths together, to the index itself: one that shares what they begin with is shorter


def knows(git: int, tree: int) -> bool:
    """Whether most of what it holds is there as it says."""
    text = _beginning(git)
    size = _hash_size(f"/proc/self/fd/{git}")
    seen = same = 0
    for place, path, flags in _entries(text, size):
        told, more_at = text[place : place + _TIMES], place + _TIMES + size + 2
        more = int.from_bytes(text[more_at : more_at + 2], "big") if flags & _EXTENDED else 0
        is_there = not (more & _NOT_THERE or flags & _IN_CONFLICT)
        if is_there and stat.S_ISREG(int.from_bytes(told[24:28], "big")):
            seen += 1
            same += _is_as_told(os.fsdecode(path), told, tree)
    return same * 2 > seen


def leads_out(path: str) -> bool:
    """Whether an index names a path outside the work tree, or in git's own folder: a checkout would write it."""
    text = read_whole(path, largest=_LARGEST)
    if text is None:
        return True
    size = _hash_size(os.path.dirname(path))
    entries, names = [], 0
    for place, name, _ in _entries(text, size):
        entries.append((place, name))
        names += len(name)
        if names > _LONGER * len(text):
            return True  # no repository has such names; together they would need more memory than there is
    # That of a split index has no path where the shared one has it; a folder of a sparse one ends in a slash.
    named = b"/".join([b"", *(name.removesuffix(b"/") for _, name in entries if name), b""]).lower()
    return any(part in named for part in _OUT) or not _is_one_order(text, size, entries)


def _is_one_order(text: bytes, hash_size: int, entries: list[tuple[int, bytes]]) -> bool:
    """Whether git's threads, which begin where the index says (extension IEOT), read the same."""
    found = text.find(b"IEOT")
    for _ in range(_MOST_ORDERS):
        if found < 0:
            return True
        number = 0
        for begin, count in _blocks(text, found):
            first = next(((place, name) for place, name, _ in _entries(text, hash_size, begin, 1)), None)
            if entries[number : number + 1] != [first]:
                return False
            number += count
        found = text.find(b"IEOT", found + 4)
    return False


def _blocks(text: bytes, found: int) -> Iterator[tuple[int, int]]:
    """(where it begins, how many entries) of each that a thread is for."""
    size = int.from_bytes(text[found + 4 : found + 8], "big")
    for at in range(found + 12, min(found + 8 + size, found + 12 + 8 * _MOST_BLOCKS), 8):
        yield int.from_bytes(text[at : at + 4], "big"), int.from_bytes(text[at + 4 : at + 8], "big")


def _beginning(git: int) -> bytes:
    try:
        file = os.open("index", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=git)
    except OSError:
        return b""
    try:
        return os.read(file, _READ) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    finally:
        os.close(file)


def _entries(text: bytes, hash_size: int, place: int = _HEAD, most: int = 1 << 32) -> Iterator[tuple[int, bytes, int]]:
    """(where it begins, path, flags) of each, as git reads them: by the lengths that the flags give."""
    version, count = (int.from_bytes(text[at : at + 4], "big") for at in (4, 8))
    if text[:4] != b"DIRC" or version not in (2, 3, 4):
        return
    path, to_flags, largest = b"", _TIMES + hash_size, len(text)
    for _ in range(min(count, most)):
        flags_at = place + to_flags
        flags = int.from_bytes(text[flags_at : flags_at + 2], "big")
        begin = flags_at + (4 if flags & _EXTENDED else 2)
        kept = b""
        if version == 4:
            dropped, begin = _number(text, begin)
            kept = path[: max(len(path) - dropped, 0)]
        length = flags & _LENGTH
        end = begin + length - len(kept) if length < _LENGTH else text.find(b"\0", begin)
        if end > largest or (end < begin and length == _LENGTH):
            return  # cut off
        path = kept + text[begin:end]
        if len(path) > _LONGEST or end < begin:
            yield place, b"..", flags  # nobody's file: read no further
            return
        yield place, path, flags
        place = end + 1 if version == 4 else place + (end - place + 8) // 8 * 8


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
            size = _SHA256 if value.startswith((b"sha256", b'"sha256')) else _SHA1
    return size
