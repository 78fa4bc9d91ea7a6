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

from ..network.listeners import strangers
from .allowed import allowed
from .frames import CLOSE, CONTINUED, LARGEST, PING, PONG, TEXT, Refused, framed, framed_plain, read_frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

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
    """Not where another user listens: he may have taken the port since, and would get the key."""
    for address in ("127.0.0.1", "::1"):
        if strangers(port, os.getuid(), (address,)):
            continue
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
    while (frame := read_frame(stream)) is not None:
        is_last, kind, payload = frame
        if kind in (CLOSE, PING, PONG):
            editor.sendall(framed(kind, payload))
            continue
        if kind not in (TEXT, CONTINUED) or sum(map(len, parts)) + len(payload) > LARGEST:
            return
        parts.append(payload)
        if is_last:
            _decide(b"".join(parts), session, editor, lock, workspace)
            parts = []


def _decide(text: bytes, session: socket.socket, editor: socket.socket, lock: threading.Lock, workspace: str) -> None:
    try:
        message = json.loads(text)
        checked = (
            [allowed(item, workspace) for item in message] if isinstance(message, list) else allowed(message, workspace)
        )
        editor.sendall(framed(TEXT, json.dumps(checked).encode()))
    except (Refused, ValueError, RecursionError) as refused:
        number = message.get("id") if isinstance(message, dict) else None
        if number is not None:
            error = {"code": -32601, "message": f"claude-local does not pass this on: {refused}"}
            with lock:
                session.sendall(framed_plain(json.dumps({"jsonrpc": "2.0", "id": number, "error": error}).encode()))
