"""Which calls of a session's an editor gets: a list, with paths in the workspace."""

from __future__ import annotations

from ..linux.files import is_inside, leads_to
from .frames import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_METHODS = ("initialize", "ping", "tools/list", "prompts/list", "resources/list", "ide_connected")
# Tools by name, each with the arguments that are paths: those that Claude Code itself calls. Not openFile, which a
# session needs for nothing: its path could lead elsewhere by the time that the editor looks.
_TOOLS: dict[str, tuple[str, ...]] = {
    "openDiff": ("old_file_path", "new_file_path"),
    "close_tab": (),
    "closeAllDiffTabs": (),
    "getDiagnostics": ("uri",),
}


def allowed(message: Any, workspace: str) -> Any:
    """The message, if it may go through. What is sent on is made anew from it, so nothing is read in two ways."""
    if not isinstance(message, dict):
        raise Refused("no call")
    method = message.get("method")
    if method is None:  # an answer to what the editor asked
        return {name: message[name] for name in ("jsonrpc", "id", "result", "error") if name in message}
    if method in _METHODS or (isinstance(method, str) and method.startswith("notifications/")):
        return message
    asked = message.get("params")
    if method != "tools/call" or not isinstance(asked, dict) or not _is_known(asked.get("name")):
        raise Refused(f"{method} {asked.get('name') if isinstance(asked, dict) else ''}".strip())
    given = asked.get("arguments") or {}
    if not isinstance(given, dict):
        raise Refused("no arguments")
    for name in _TOOLS[asked["name"]]:
        if name in given and not _is_in(given[name], workspace):
            raise Refused(f"{given[name]!r} is not in the workspace")
    return message


def _is_known(name: object) -> bool:
    return isinstance(name, str) and name in _TOOLS


def _is_in(written: object, workspace: str) -> bool:
    """Whether a path or file: URL leads into the workspace, links followed as far as they go."""
    if not isinstance(written, str):
        return False
    if "://" in written:
        from urllib.parse import unquote, urlsplit

        place = urlsplit(written)
        if place.scheme != "file" or place.netloc not in ("", "localhost"):
            return False
        written = unquote(place.path)
    return written.startswith("/") and is_inside(leads_to(written), workspace)
