"""What a session may ask of an editor that has its workspace open: the calls of a list, and nothing else gets there."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import installed
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


@pytest.fixture(scope="module")
def made() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder))
        home.setup("config", "set", "server.management_url", "")
        assert home.json("apply", "-y")["failed"] == 0
        yield home


@pytest.fixture
def desk(made: Home) -> Iterator[Desk]:
    work = Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))
    with FakeIde(made.path, work) as ide:
        yield Desk(made, work, ide)


def heard_only(desk: Desk, *expected: str) -> None:
    assert desk.ide.heard == [*expected, "tools/list"]


# --- what a session needs


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2024-11-05"}},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "id": 1, "method": "prompts/list"},
    ],
    ids=lambda message: str(message["method"]),
)
def test_the_protocols_own_calls_pass(desk: Desk, message: dict[str, Any]) -> None:
    (answer,) = desk.call(message)
    assert answer["id"] == 1 and "result" in answer
    heard_only(desk, message["method"])
    assert desk.ide.keys == ["ide-key"]


def test_notifications_and_answers_pass_without_an_answer(desk: Desk) -> None:
    notified = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answered = {"jsonrpc": "2.0", "id": 5, "result": {"roots": []}}
    assert desk.call(notified, {"jsonrpc": "2.0", "method": "ide_connected", "params": {"pid": 1}}) == []
    heard_only(desk, "notifications/initialized", "ide_connected")
    desk.ide.heard.clear()
    assert [answer["id"] for answer in desk.call(answered)] == [5]  # the stand-in answers whatever has a number
    heard_only(desk, "None")


def test_a_diff_in_the_workspace_is_shown_and_its_answer_comes_back(desk: Desk) -> None:
    file = desk.work / "new folder/ünï 'x'.py"
    text = "x" * 50_000 + "ünï \N{GRINNING FACE}\n"
    given = {"old_file_path": str(file), "new_file_path": str(file), "new_file_contents": text, "tab_name": "x"}
    (answer,) = desk.call(tool("openDiff", **given))
    assert [part["text"] for part in answer["result"]["content"]] == ["FILE_SAVED", text]
    heard_only(desk, "tools/call", "openDiff")


@pytest.mark.parametrize("uri", ["file://{}/a%20b.py", "file://localhost{}/x", "{}/x", None])
def test_diagnostics_of_the_workspace_are_told(desk: Desk, uri: str | None) -> None:
    given = {} if uri is None else {"uri": uri.format(desk.work)}
    (answer,) = desk.call(tool("getDiagnostics", **given))
    assert "result" in answer
    heard_only(desk, "tools/call", "getDiagnostics")


def test_a_message_in_pieces_passes_as_one(desk: Desk) -> None:
    text = json.dumps(tool("close_tab", tab_name="x" * 300)).encode()
    pieces = [framed(text[:1], is_last=False), framed(b"", 0, is_last=False), framed(text[1:200], 0, is_last=False)]
    answers = desk.talk(*pieces, framed(text[200:], 0, mask=b"\0\0\0\0"), framed(json.dumps(LAST).encode()))
    assert [answer.get("id") for answer in answers[1:]] == [7, "last"]
    heard_only(desk, "tools/call", "close_tab")


# --- what it does not


REFUSED: dict[str, dict[str, Any]] = {
    "code": tool("executeCode", code="import os; os.system('touch planted')"),
    "a file outside": tool("openFile", filePath="/etc/passwd", preview=False),
    "a file of the home": tool("openFile", filePath="{home}/.bashrc", makeFrontmost=True),
    "a diff outside": tool("openDiff", old_file_path="{home}/.bashrc", new_file_path="{home}/.bashrc"),
    "a diff from outside": tool("openDiff", old_file_path="/etc/passwd", new_file_path="{work}/x"),
    "a diff to outside": tool("openDiff", old_file_path="{work}/x", new_file_path="{home}/.ssh/config"),
    "a diff by dots": tool("openDiff", old_file_path="{work}/../.bashrc", new_file_path="{work}/x"),
    "a diff of a neighbour": tool("openDiff", old_file_path="{work}-2/x", new_file_path="{work}/x"),
    "a diff through a link": tool("openDiff", old_file_path="{work}/link/.bashrc", new_file_path="{work}/x"),
    "a diff of a link": tool("openDiff", old_file_path="{work}/file", new_file_path="{work}/file"),
    "a diff of a link in a circle": tool("openDiff", old_file_path="{work}/circle", new_file_path="{work}/circle"),
    "a relative path": tool("openDiff", old_file_path="x", new_file_path="x"),
    "paths that are none": tool("openDiff", old_file_path=["{work}/x"], new_file_path={"path": "/etc/passwd"}),
    "a diff by URL": tool("openDiff", old_file_path="file:///etc/passwd", new_file_path="{work}/x"),
    "diagnostics outside": tool("getDiagnostics", uri="file://{home}/other/x.py"),
    "diagnostics by dots": tool("getDiagnostics", uri="file://{work}/%2e%2e/%2e%2e/etc/passwd"),
    "diagnostics elsewhere": tool("getDiagnostics", uri="vscode-remote://ssh/{work}/x"),
    "diagnostics of another machine": tool("getDiagnostics", uri="file://server{work}/x"),
    "a selection": tool("getCurrentSelection"),
    "an unknown tool": tool("runCommand", command="workbench.action.terminal.new"),
    "another spelling": tool("ExecuteCode", code="x"),
    "a space behind": tool("executeCode ", code="x"),
    "an unknown method": {"jsonrpc": "2.0", "id": 7, "method": "resources/read", "params": {"uri": "file:///etc/x"}},
    "a method of an LSP": {"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": {"command": "x"}},
    "no arguments at all": {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "executeCode"}},
    "arguments that are a list": {
        "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "openDiff", "arguments": ["/etc/passwd"]},
    },
    "no parameters": {"jsonrpc": "2.0", "id": 7, "method": "tools/call"},
    "a method that is none": {"jsonrpc": "2.0", "id": 7, "method": ["tools/call"], "params": {"name": "executeCode"}},
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_an_error_and_never_reaches_the_editor(desk: Desk, what: str) -> None:
    (desk.work / "link").symlink_to("..")
    (desk.work / "file").symlink_to("../.bashrc")
    (desk.work / "circle").symlink_to("circle")
    (answer,) = desk.call(filled(REFUSED[what], desk))
    assert answer["id"] == 7 and "result" not in answer
    assert "claude-local" in answer["error"]["message"]
    heard_only(desk)


def filled(message: Any, desk: Desk) -> Any:
    if isinstance(message, str):
        return message.replace("{work}", str(desk.work)).replace("{home}", str(desk.home.path))
    if isinstance(message, dict):
        return {name: filled(value, desk) for name, value in message.items()}
    return [filled(item, desk) for item in message] if isinstance(message, list) else message


@pytest.mark.parametrize("place", [0, 1, 2])
def test_of_a_batch_with_one_bad_call_nothing_passes(desk: Desk, place: int) -> None:
    batch = [tool("close_tab", 1), tool("getDiagnostics", 2)]
    batch.insert(place, tool("executeCode", 3, code="x"))
    assert all("result" not in answer for answer in desk.call(batch))
    heard_only(desk)


def test_neither_twice_named_nor_misspelt_parts_are_read_in_two_ways(desk: Desk) -> None:
    bad, good = json.dumps("executeCode"), json.dumps("close_tab")
    for names in (f'"name":{bad},"name":{good}', f'"name":{good},"Name":{bad}', f'"n\\u0061me":{bad}'):
        text = f'{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{{names},"arguments":{{}}}}}}'
        desk.talk(framed(text.encode()), framed(json.dumps(LAST).encode()))
    assert "executeCode" not in desk.ide.heard


def test_what_a_name_means_in_pieces_is_judged_whole(desk: Desk) -> None:
    text = json.dumps(tool("executeCode", code="x")).encode()
    middle = text.index(b"cute")
    frames = [framed(text[:middle], is_last=False), framed(b"beat", 9), framed(text[middle:], 0)]
    answers = desk.talk(frames[0], frames[2], framed(json.dumps(LAST).encode()))
    assert "error" in answers[1]
    heard_only(desk)


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


# --- how it begins


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


def test_without_the_filter_the_calls_reach_the_editor(plain_home: Home) -> None:
    """So each of the attempts above is a real one."""
    plain_home.setup("config", "set", "server.management_url", "")
    assert plain_home.json("apply", "-y")["failed"] == 0
    installed.change(plain_home, ("editor/calls.py", "def _checked(message: Any, workspace: str) -> Any:\n", UNCHECKED))
    work = plain_home.workspace()
    with FakeIde(plain_home.path, work) as ide:
        desk = Desk(plain_home, work, ide)
        desk.call(tool("executeCode", code="x"), tool("openDiff", old_file_path="/etc/passwd", new_file_contents=""))
        assert ide.heard == ["tools/call", "executeCode", "tools/call", "openDiff", "tools/list"]
    assert list((plain_home.path / ".claude/ide").iterdir()) == []


UNCHECKED = "def _checked(message: Any, workspace: str) -> Any:\n    return message\n"
