"""What sessions have left and nobody was told of: the session was killed, its terminal closed, or it had none.

It lies beside the workspace's state, where no session can write. `begun-*`: what there was before a session, as long as
it runs (its process holds a lock), and after it where it did not get to its report. `unsaid`: what nobody has said yet.
`unseen`: what was said where no terminal was. `handed-*`: when a session began that ended beside others.
"""

from __future__ import annotations

import fcntl
import os
import time

from ..linux.files import is_inside, read_whole
from .changes import Watched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from .judging import Judge

_BEGUN, _HANDED = "begun-", "handed-"
UNSAID, UNSEEN = "unsaid", "unseen"
_LARGEST = 256_000_000  # bytes of what there was before a session
_OF_JUDGE = 5  # fields
_SIZE = 8  # bytes of a field's length


class Record:
    """What there was before a session that runs."""

    __slots__ = ("_file", "_path")

    def __init__(self, folder: str, watched: Sequence[Watched], judge: Judge) -> None:
        """A full disk keeps nobody from working: then only a killed session's report is lost."""
        name = f"{watched[0].since}-{os.getpid()}-{time.monotonic_ns()}"
        self._path = f"{folder}/{_BEGUN}{name}"
        fields = [judge.root, judge.own, *map("\0".join, (judge.hooks, judge.words, judge.origins))]
        content = _packed([*map(os.fsencode, fields), *(part for one in watched for part in one.record())])
        try:
            self._file = os.open(f"{folder}/.{name}", os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            with open(self._file, "wb", closefd=False) as file:
                file.write(content)
            os.rename(f"{folder}/.{name}", self._path)
        except OSError:
            _remove(f"{folder}/.{name}")

    def done(self) -> None:
        """The session has been reported on."""
        _remove(self._path)


def hand_over(folder: str, root: str, since: str, told: Iterable[str]) -> None:
    """What a session made another one beside it can put in another place: that one counts from when this one began,
    but for what this one has told."""
    beside = [path for near in _near(folder, root) for path in _begun(near)]
    if len(beside) < 2:  # this one is one of them
        for name in _names(folder):
            _remove(f"{folder}/{name}") if name.startswith(_HANDED) else None
        return
    name = f"{_HANDED}{since}-{time.time():.3f}-{os.getpid()}"
    _keep(folder, name, {"root": root, "told": [mark_of(path) for path in told]})


def handed(folder: str, root: str, begun: str) -> tuple[str, set[str]]:
    """When the earliest one began, in seconds, of those that ended since then; and what they have told."""
    earliest, told = begun, set()
    for near in _near(folder, root):
        for name in _names(near):
            if not name.startswith(_HANDED):
                continue
            since, ended, _ = name[len(_HANDED) :].split("-", 2)
            if float(ended) >= float(begun):
                earliest = min(earliest, since, key=float)
                told |= set(_read(f"{near}/{name}").get("told", ()))
    return earliest, told


def mark_of(path: str) -> str:
    """A file as it is now."""
    try:
        found = os.lstat(path)
    except OSError:
        return path
    return f"{found.st_ino} {found.st_ctime_ns} {path}"


def _near(folder: str, root: str) -> Iterator[str]:
    """Where what is untold of this workspace lies, and of those in it or around it in which sessions run."""
    yield folder
    parent = os.path.dirname(folder)
    for name in _names(parent):
        other = f"{parent}/{name}"
        if other == folder:
            continue
        roots = {_root_of(path) for path in _begun(other)} | {
            str(_read(f"{other}/{name}").get("root", "")) for name in _names(other) if name.startswith(_HANDED)
        }
        if any(is_inside(place, root) or is_inside(root, place) for place in roots if place):
            yield other


def _begun(folder: str) -> list[str]:
    """The records of sessions that run."""
    paths = [f"{folder}/{name}" for name in _names(folder) if name.startswith(_BEGUN)]
    return [path for path in paths if _is_held(path)]


def _root_of(record: str) -> str:
    try:
        with open(record, "rb") as file:
            return os.fsdecode(file.read(int.from_bytes(file.read(_SIZE), "big") & 0xFFFF))
    except OSError:
        return ""


def is_any(folder: str) -> bool:
    """Whether there is anything untold; or a session that runs."""
    return any(name.startswith((_BEGUN, UNSAID, UNSEEN)) for name in _names(folder))


def of_the_dead(folder: str) -> Iterator[tuple[str, Judge, list[Watched]]]:
    """(record, judge, what was watched) of each session that did not get to its report."""
    from .judging import Judge

    for name in _names(folder):
        path = f"{folder}/{name}"
        if not name.startswith(_BEGUN) or _is_held(path):
            continue
        fields = _unpacked(read_whole(path, follow=False, largest=_LARGEST) or b"")
        if len(fields) < _OF_JUDGE:
            _remove(path)
            continue
        root, own, *of_config = map(os.fsdecode, fields[:_OF_JUDGE])
        judge = Judge(root, own, *([part for part in field.split("\0") if part] for field in of_config))
        yield path, judge, list(_watched(fields[_OF_JUDGE:]))


def _watched(fields: list[bytes]) -> Iterator[Watched]:
    for place in range(0, len(fields) - 4, 5):
        try:
            yield Watched.recorded(fields[place : place + 5])
        except OSError:
            continue  # the folder is no more


def known(folder: str, name: str) -> dict[str, str]:
    """What is kept under that name, and is still there: path, who obeys it."""
    return {path: reason for path, reason in _read(f"{folder}/{name}").items() if os.path.lexists(path)}


def _read(path: str) -> dict[str, Any]:
    import json

    try:
        found = json.loads(read_whole(path, follow=False, largest=_LARGEST) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def add(folder: str, name: str, found: dict[str, str]) -> bool:
    """To what is kept: whether it is."""
    return not found or _changed(folder, name, lambda kept: kept | found)


def drop(folder: str, name: str, told: dict[str, str]) -> None:
    """Of what is kept, what has been told; another session may have added to it meanwhile."""
    _changed(folder, name, lambda kept: {path: why for path, why in kept.items() if told.get(path) != why})


def _changed(folder: str, name: str, change: Callable[[dict[str, str]], dict[str, str]]) -> bool:
    """One session at a time: another one's change is waited for, that takes a moment."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        return _keep(folder, name, change(known(folder, name)))
    finally:
        os.close(opened)


def _keep(folder: str, name: str, found: Mapping[str, object]) -> bool:
    """Instead of what was kept before; whole, or not at all: whether it is."""
    import json

    path = f"{folder}/{name}"
    if not found:
        _remove(path)
        return True
    new = f"{folder}/.{name}-{os.getpid()}"
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(new, flags, 0o600), "w") as file:
            json.dump(found, file)
        os.rename(new, path)
    except OSError:
        _remove(new)
        return False
    return True


def forget(record: str) -> None:
    _remove(record)


def _is_held(path: str) -> bool:
    """Whether its session runs."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return True  # it has just ended
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _packed(fields: Sequence[bytes]) -> bytes:
    return b"".join(len(field).to_bytes(_SIZE, "big") + field for field in fields)


def _unpacked(content: bytes) -> list[bytes]:
    fields, place = [], 0
    while place + _SIZE <= len(content):
        begin = place + _SIZE
        place = begin + int.from_bytes(content[place:begin], "big")
        fields.append(content[begin:place])
    return fields


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
