"""What a session may ask of an editor: a relay for its WebSocket that passes on only the calls of a list.

Any program in the jail can take the key from the lock's copy and talk to the editor, which runs outside. So each
message of the session's is read: the protocol's own, diffs and diagnostics, with paths in the workspace only; never
code to execute. Protocol: RFC 6455, and MCP's JSON-RPC in it. What the editor says goes back as it is.
"""

from __future__ import annotations

import json
import os
import socket
import threading

from ..linux.files import is_inside, leads_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
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
_LARGEST = 64 << 20
_HEAD = 65536
_HEADERS = (
    b"host",
    b"upgrade",
    b"connection",
    b"sec-websocket-key",
    b"sec-websocket-version",
    b"sec-websocket-protocol",
)
_OWN_HEADER = b"x-claude-code-ide-authorization"
_CONTINUED, _TEXT, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x8, 0x9, 0xA


class _Refused(Exception):
    """Not a call that goes through."""


def serve(port: int, workspace: str) -> Callable[[int], None]:
    def talk(connection: int) -> None:
        with socket.socket(fileno=connection) as session, _editor(port) as editor:
            stream = session.makefile("rb")
            editor.sendall(_upgrade(stream.readline(_HEAD), stream))
            lock = threading.Lock()
            threading.Thread(target=_back, args=(editor, session, lock), daemon=True).start()
            _messages(stream, session, editor, lock, workspace)

    return talk


def _editor(port: int) -> socket.socket:
    for address in ("127.0.0.1", "::1"):
        try:
            return socket.create_connection((address, port), 10)
        except OSError:
            continue
    raise ConnectionRefusedError


def _upgrade(first: bytes, stream: Any) -> bytes:
    """The request that begins a WebSocket, without extensions: compressed messages could not be read."""
    if not first.startswith(b"GET ") or first.count(b" ") != 2:
        raise OSError("no WebSocket")
    kept = [first.strip()]
    for _ in range(100):
        line = stream.readline(_HEAD).strip()
        if not line:
            if not _is_upgrade(kept):
                raise OSError("no WebSocket")
            return b"\r\n".join([*kept, b"", b""])
        name = line.partition(b":")[0].strip().lower()
        if name in _HEADERS or name == _OWN_HEADER:
            kept.append(line)
    raise OSError("too many headers")


def _is_upgrade(lines: list[bytes]) -> bool:
    told = {line.partition(b":")[0].strip().lower(): line.partition(b":")[2].strip().lower() for line in lines[1:]}
    return told.get(b"upgrade") == b"websocket" and bool(told.get(b"sec-websocket-key"))


def _back(editor: socket.socket, session: socket.socket, lock: threading.Lock) -> None:
    """The editor's words, message by message, so that one of ours never gets into the middle of one."""
    try:
        editor.settimeout(None)
        stream = editor.makefile("rb")
        while (line := stream.readline(_HEAD)).strip():
            session.sendall(line)
        session.sendall(line)
        while head := stream.read(2):
            length = head[1] & 0x7F
            more = stream.read({126: 2, 127: 8}.get(length, 0))
            payload = stream.read(int.from_bytes(more, "big") if more else length)
            with lock:
                session.sendall(head + more + payload)
    except OSError:
        pass
    os._exit(0)


def _messages(stream: Any, session: socket.socket, editor: socket.socket, lock: threading.Lock, workspace: str) -> None:
    """Whole messages, in whatever pieces they come; each is sent on in one piece, as it was checked."""
    parts: list[bytes] = []
    while (frame := _frame(stream)) is not None:
        is_last, kind, payload = frame
        if kind in (_CLOSE, _PING, _PONG):
            editor.sendall(_framed(kind, payload))
            continue
        if kind not in (_TEXT, _CONTINUED) or sum(map(len, parts)) + len(payload) > _LARGEST:
            return
        parts.append(payload)
        if is_last:
            _decide(b"".join(parts), session, editor, lock, workspace)
            parts = []


def _decide(text: bytes, session: socket.socket, editor: socket.socket, lock: threading.Lock, workspace: str) -> None:
    try:
        message = json.loads(text)
        checked = (
            [_checked(item, workspace) for item in message]
            if isinstance(message, list)
            else _checked(message, workspace)
        )
        editor.sendall(_framed(_TEXT, json.dumps(checked).encode()))
    except (_Refused, ValueError, RecursionError) as refused:
        number = message.get("id") if isinstance(message, dict) else None
        if number is not None:
            error = {"code": -32601, "message": f"claude-local does not pass this on: {refused}"}
            with lock:
                session.sendall(_framed_plain(json.dumps({"jsonrpc": "2.0", "id": number, "error": error}).encode()))


def _checked(message: Any, workspace: str) -> Any:
    """The message, if it may go through. What is sent on is made anew from it, so nothing is read in two ways."""
    if not isinstance(message, dict):
        raise _Refused("no call")
    method = message.get("method")
    if method is None:  # an answer to what the editor asked
        return {name: message[name] for name in ("jsonrpc", "id", "result", "error") if name in message}
    if method in _METHODS or (isinstance(method, str) and method.startswith("notifications/")):
        return message
    asked = message.get("params")
    if method != "tools/call" or not isinstance(asked, dict) or not _is_known(asked.get("name")):
        raise _Refused(f"{method} {asked.get('name') if isinstance(asked, dict) else ''}".strip())
    given = asked.get("arguments") or {}
    if not isinstance(given, dict):
        raise _Refused("no arguments")
    for name in _TOOLS[asked["name"]]:
        if name in given and not _is_in(given[name], workspace):
            raise _Refused(f"{given[name]!r} is not in the workspace")
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


def _frame(stream: Any) -> tuple[bool, int, bytes] | None:
    """(last of its message, kind, payload); None at the end. Raises OSError for what RFC 6455 does not allow."""
    head = stream.read(2)
    if len(head) < 2:
        return None
    if head[0] & 0x70 or not head[1] & 0x80:
        raise OSError("an extension, or not masked")
    length = head[1] & 0x7F
    if length > 125:
        length = int.from_bytes(stream.read(2 if length == 126 else 8), "big")
    if length > _LARGEST:
        raise OSError("too long")
    mask = stream.read(4)
    return bool(head[0] & 0x80), head[0] & 0x0F, _masked(stream.read(length), mask)


def _masked(payload: bytes, mask: bytes) -> bytes:
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")


def _framed(kind: int, payload: bytes) -> bytes:
    """As a client sends it: masked."""
    mask = os.urandom(4)
    return bytes([0x80 | kind]) + _length(len(payload), 0x80) + mask + _masked(payload, mask)


def _framed_plain(payload: bytes) -> bytes:
    """As a server sends it."""
    return bytes([0x80 | _TEXT]) + _length(len(payload), 0) + payload


def _length(length: int, bit: int) -> bytes:
    if length < 126:
        return bytes([bit | length])
    return (
        bytes([bit | 126]) + length.to_bytes(2, "big")
        if length < 65536
        else bytes([bit | 127]) + length.to_bytes(8, "big")
    )
