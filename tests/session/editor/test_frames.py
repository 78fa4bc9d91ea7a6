"""What is no frame, head or call of the protocol."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.ides import FakeIde
from tests.homes import Home
from tests.session.editor.relayed import LAST, UPGRADE, Desk, framed, tool

WRONG = json.dumps(tool("close_tab")).encode()
FRAMES: dict[str, bytes] = {
    "binary": framed(WRONG, 2),
    "of a reserved kind": framed(WRONG, 3),
    "of a reserved control": framed(WRONG[:100], 11),
    "not masked": framed(WRONG, mask=None),
    "compressed": framed(WRONG, rsv=0x40),
    "with a reserved bit": framed(WRONG, rsv=0x10),
    "far too long": b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"mask" + b"x" * 1000,
    "with a length below nothing": b"\x81\xff" + b"\xff" * 8 + b"mask",
}


@pytest.mark.parametrize("what", FRAMES)
def test_a_frame_that_is_not_of_the_protocol_ends_the_connection(desk: Desk, what: str) -> None:
    answers = desk.talk(FRAMES[what], framed(json.dumps(LAST).encode()))
    assert answers[-1] == {"closed": True}
    assert desk.ide.heard == []


@pytest.mark.parametrize("text", [b"no JSON", b"[" * 100_000, b"", b"null", b"7", b'"x"', b"\xff\xfe", b"{}"])
def test_what_is_no_call_changes_nothing(desk: Desk, text: bytes) -> None:
    desk.talk(framed(text), framed(json.dumps(LAST).encode()))
    assert set(desk.ide.heard) <= {"tools/list", "None"}


class Raw(FakeIde):
    """An editor that notes what a caller says first, and answers it as a web server would."""

    def _talk(self, client: socket.socket) -> None:
        with client:
            if said := client.recv(65536).decode():
                self.heard.append(said)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")


@pytest.fixture
def web(made: Home) -> Iterator[Desk]:
    work = Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))
    with Raw(made.path, work) as ide:
        yield Desk(made, work, ide)


PLAIN = {
    "GET": "GET /files?path=/etc/passwd HTTP/1.1\\r\\nHost: x\\r\\nx-claude-code-ide-authorization: KEY\\r\\n\\r\\n",
    "POST": "POST /mcp HTTP/1.1\\r\\nAuthorization: Bearer KEY\\r\\nContent-Length: 2\\r\\n\\r\\n{}",
    "DELETE": "DELETE / HTTP/1.1\\r\\nUpgrade: websocket\\r\\n\\r\\n",
    "HTTP/0.9": "GET /\\r\\n\\r\\n",
    "JSON": '{\\"id\\":1,\\"method\\":\\"tools/list\\"}\\r\\n\\r\\n',
    "a second request": UPGRADE.replace("Host:", "Content-Length: 40\\r\\nHost:").replace(
        "Upgrade: websocket\\r\\n", ""
    ),
}


@pytest.mark.parametrize("what", PLAIN)
def test_the_key_alone_is_of_no_use_without_a_websocket(web: Desk, what: str) -> None:
    answers = web.talk(request=PLAIN[what])
    assert web.ide.heard == []
    assert "200" not in json.dumps(answers)


def test_no_extension_is_asked_for_and_nothing_else_of_the_callers_is_sent(web: Desk) -> None:
    names = ("Sec-WebSocket-Extensions", "Cookie", "Content-Length", "X-Forwarded-For", "Origin")
    more = "".join(f"{name}: 9\\r\\n" for name in names)
    web.talk(request=UPGRADE.replace("Upgrade: websocket", more + "Upgrade: websocket"))
    (said,) = web.ide.heard
    sent = {line.partition(":")[0].lower() for line in said.splitlines()[1:] if line}
    assert "upgrade" in sent
    assert sent <= {
        *("host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol"),
        "x-claude-code-ide-authorization",
    }


def test_a_head_without_an_end_is_not_read_for_ever(web: Desk) -> None:
    web.talk(request="GET / HTTP/1.1\\r\\n" + "Host: x\\r\\n" * 200)
    assert web.ide.heard == []
