"""Editors: their lock files say on which port they listen and which folders they have open.

A session sees copies, and only of those for its workspace: others hold the keys of other projects, and claude deletes a
lock whose process it cannot see.
"""

from __future__ import annotations

import os

from ..linux.files import is_inside, leads_to, read_whole
from ..network.listeners import listens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..values import Values

_LARGEST = 100_000


class Editor:
    """One that is live and has the workspace open. `lock` is its file's bytes."""

    __slots__ = ("lock", "port")

    def __init__(self, port: int, lock: bytes) -> None:
        self.port = port
        self.lock = lock


def editors(values: Values, cwd: str, untrusted: tuple[str, ...]) -> list[Editor]:
    """Those that a session here may use, by port."""
    found: dict[int, Editor] = {}
    for port, path in locks(values, untrusted):
        if port not in found and (editor := _live(port, path, cwd, values.uid)):
            found[port] = editor
    return [found[port] for port in sorted(found)]


def locks(values: Values, untrusted: tuple[str, ...] = ()) -> Iterator[tuple[int, str]]:
    """(port, path) of each lock that there is, but for those in `untrusted` folders: sessions may write there."""
    for folder in dict.fromkeys(_places(values, untrusted)):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            number = name.removesuffix(".lock")
            if number != name and number.isascii() and number.isdigit() and 1023 < int(number) < 65536:
                yield int(number), f"{folder}/{name}"


def _places(values: Values, untrusted: tuple[str, ...]) -> Iterator[str]:
    """Where editors leave them: in the normal claude's folder, wherever the user has that."""
    for folder in (os.environ.get("CLAUDE_CONFIG_DIR", ""), f"{values.real_home}/.claude"):
        place = leads_to(f"{folder}/ide", untrusted) if folder.startswith("/") else ""
        if place and not any(is_inside(place, other) for other in untrusted):
            yield place


def _live(port: int, path: str, cwd: str, uid: int) -> Editor | None:
    text = read_whole(path, follow=False, largest=_LARGEST)
    if text is None or not _is_of(path, uid) or not listens(port, uid):
        return None
    named = os.environ.get("CLAUDE_CODE_SSE_PORT") == str(port)
    return Editor(port, text) if named or any(is_inside(cwd, folder) for folder in _folders(text)) else None


def _is_of(path: str, uid: int) -> bool:
    try:
        return os.stat(path, follow_symlinks=False).st_uid == uid
    except OSError:
        return False


def _folders(text: bytes) -> list[str]:
    """The folders that the editor has open."""
    import json

    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        return []
    folders = known.get("workspaceFolders") if isinstance(known, dict) else None
    if not isinstance(folders, list):
        return []
    named = [folder for folder in folders if isinstance(folder, str) and folder.startswith("/")]
    return [leads_to(folder) for folder in named]
