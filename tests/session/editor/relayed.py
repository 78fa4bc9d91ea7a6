"""What tests of the relay to an editor share: an editor, a session, calls."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.ides import FakeIde
from tests.homes import Home

# Runs in the jail: takes the key from the lock's copy, opens a WebSocket, sends what it is told, prints what comes.
CLIENT = r"""
import glob, json, os, socket, sys
(lock,) = glob.glob(os.path.expanduser("~/.claude/ide/*.lock"))
port, key = int(os.path.basename(lock)[:-5]), json.load(open(lock))["authToken"]
request, *frames = open("told").read().split("\n")
talk = socket.create_connection(("127.0.0.1", port), 20)
talk.sendall(request.replace("KEY", key).encode().decode("unicode_escape").encode())
stream = talk.makefile("rb")
try:
    status = stream.readline().decode().strip()
    print(json.dumps({"status": status}))
    if " 101 " not in status:
        print(json.dumps({"said": stream.read().decode()}))
        sys.exit()
    while stream.readline().strip():
        pass
    for frame in frames:
        talk.sendall(bytes.fromhex(frame))
    while len(head := stream.read(2)) == 2:
        length = head[1] & 127
        length = int.from_bytes(stream.read({126: 2, 127: 8}[length]), "big") if length > 125 else length
        text = stream.read(length)
        print(text.decode())
        if json.loads(text).get("id") == "last":
            break
    else:
        print(json.dumps({"closed": True}))
except OSError:
    print(json.dumps({"closed": True}))
"""
UPGRADE = (
    r"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    r"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nx-claude-code-ide-authorization: KEY\r\n\r\n"
)
LAST = {"jsonrpc": "2.0", "id": "last", "method": "tools/list"}


@dataclass
class Desk:
    """A home in which a session and an editor have the same folder open."""

    home: Home
    work: Path
    ide: FakeIde

    def talk(self, *frames: bytes, request: str = UPGRADE) -> list[dict[str, Any]]:
        """What comes back in the session, line by line."""
        (self.work / "client.py").write_text(CLIENT)
        (self.work / "told").write_text("\n".join([request, *(frame.hex() for frame in frames)]))
        done = self.home.local("--jail", "python3", "client.py", cwd=self.work)
        return [json.loads(line) for line in done.stdout.splitlines()] or [{"failed": done.stderr}]

    def call(self, *messages: object) -> list[dict[str, Any]]:
        """The answers to messages, each in a frame."""
        return self.talk(*(framed(json.dumps(message).encode()) for message in (*messages, LAST)))[1:-1]


def framed(payload: bytes, kind: int = 1, *, is_last: bool = True, mask: bytes | None = b"mask", rsv: int = 0) -> bytes:
    """A frame as RFC 6455 has it, from a client: masked."""
    bit = 0 if mask is None else 0x80
    length = len(payload)
    if length < 126:
        size = bytes([bit | length])
    elif length < 65536:
        size = bytes([bit | 126]) + length.to_bytes(2, "big")
    else:
        size = bytes([bit | 127]) + length.to_bytes(8, "big")
    body = payload if mask is None else bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes([(0x80 if is_last else 0) | rsv | kind]) + size + (mask or b"") + body


def tool(name: str, number: object = 7, **given: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": name, "arguments": given}}
