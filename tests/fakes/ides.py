"""A fake IDE: a lock file and a WebSocket on a port, which note who connects and what they say first."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import struct
from pathlib import Path
from threading import Thread
from types import TracebackType

TOOLS = ("executeCode", "getDiagnostics", "openDiff", "close_tab", "closeAllDiffTabs")
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class FakeIde:
    """`heard` holds the methods and tools that a client called, `keys` the authorization that it sent.

    `folder`: what it has open. `host`: where it listens. `config`: the normal claude's folder, below the home.
    """

    def __init__(
        self,
        home: Path,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        name: str = "Visual Studio Code",
        config: str = ".claude",
    ) -> None:
        self.heard: list[str] = []
        self.keys: list[str] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        dual = family == socket.AF_INET6 and host != "::1"
        self._listener = socket.create_server((host, 0), family=family, dualstack_ipv6=dual)
        self.port: int = self._listener.getsockname()[1]
        self.lock = home / config / f"ide/{self.port}.lock"
        self._folder = folder
        self._name = name

    def __enter__(self) -> FakeIde:
        Thread(target=self._serve, daemon=True).start()
        self.lock.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "pid": os.getpid(),
            "workspaceFolders": [str(self._folder)],
            "ideName": self._name,
            "transport": "ws",
            "authToken": "ide-key",
        }
        self.lock.write_text(json.dumps(content))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        self.lock.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rwb") as stream:
            headers = {}
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                headers[name.strip().lower()] = value.strip()
            if b"sec-websocket-key" not in headers:
                return
            self.keys.append(headers.get(b"x-claude-code-ide-authorization", b"").decode())
            accept = base64.b64encode(hashlib.sha1(headers[b"sec-websocket-key"] + MAGIC).digest())
            stream.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Protocol: mcp\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            stream.flush()
            while (message := _received(stream)) is not None:
                self._answer(stream, json.loads(message))

    def _answer(self, stream: object, call: dict[str, object]) -> None:
        method = str(call.get("method"))
        self.heard.append(method)
        if "id" not in call:
            return
        tools = [{"name": name, "inputSchema": {"type": "object"}} for name in TOOLS]
        result = {
            "initialize": {
                "protocolVersion": "2024-11-05",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "ide", "version": "1"},
            },
            "tools/list": {"tools": tools},
            "tools/call": {"content": [{"type": "text", "text": text} for text in self._called(call)]},
        }.get(method, {})
        _send(stream, json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": result}).encode())

    def _called(self, call: dict[str, object]) -> list[str]:
        """What a tool says; a diff that is shown is accepted at once, as if the user had clicked on "Accept"."""
        asked = call.get("params")
        if not isinstance(asked, dict) or "name" not in asked:
            return []
        self.heard.append(str(asked["name"]))
        if asked["name"] == "openDiff":
            return ["FILE_SAVED", asked["arguments"]["new_file_contents"]]
        return ["[]"]


def _received(stream: object) -> bytes | None:
    read = stream.read  # type: ignore[attr-defined]
    head = read(2)
    if len(head) < 2 or head[0] & 0x0F == 8:
        return None
    length = head[1] & 0x7F
    if length > 125:
        length = struct.unpack(">H" if length == 126 else ">Q", read(2 if length == 126 else 8))[0]
    mask = read(4)
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(read(length)))


def _send(stream: object, message: bytes) -> None:
    size = bytes([len(message)]) if len(message) < 126 else b"\x7e" + struct.pack(">H", len(message))
    stream.write(b"\x81" + size + message)  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]
