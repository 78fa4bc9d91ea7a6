"""A server is asked before a session: whose it is, what it would do on the host, what the session may count on."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from claude_local_setup import session
from claude_local_setup.checks.server import SERVER
from claude_local_setup.session.network import listeners
from claude_local_setup.session.network.listeners import Listener
from claude_local_setup.session.server import http, models
from claude_local_setup.session.server.answer import Answer
from claude_local_setup.session.server.check_dangers import is_proxy, tools_in
from claude_local_setup.session.server.checks import Ready, check, check_server
from claude_local_setup.session.server.http import NotOurs, Place, Server
from claude_local_setup.session.values import Values
from claude_local_setup.session.words import Refusal
from tests.fakes.messages_api import MessagesApi
from tests.fakes.model_servers import Hostile, LlamaSwap, Raw
from tests.real.llama import Llama

KEY = "llamacpp"
SYSTEM_PYTHON = "/usr/bin/python3"


def values(folder: Path, base_url: str, **more: object) -> Values:
    """Those of a host whose home is that folder."""
    product = folder / ".local/share/claude-local"
    product.mkdir(parents=True, exist_ok=True)
    env = {"ANTHROPIC_AUTH_TOKEN": KEY, "CLAUDE_CODE_ATTRIBUTION_HEADER": "0"}
    (product / "enforced.json").write_text(json.dumps({"env": env, "model": "compat"}))
    known: dict[str, Any] = {
        **dict.fromkeys(Values.__annotations__, ""),
        **{
            "home": str(folder),
            "real_home": str(folder),
            "level": "session",
            "base_url": base_url,
            "any_model": "compat",
        },
        **{"context_tokens": 0, "max_output_tokens": 0},
        **more,
    }
    return Values(known)


def refused(home: Path, base_url: str, **more: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check(values(home, base_url, **more), KEY)
    return caught.value


# Who listens


ANY = "00000000:0000"
ROWS = (  # local address, state, uid
    ("0100007F:1F90", "0A", 1000),
    ("00000000:1F91", "0A", 0),
    ("0000000000000000FFFF00000100007F:1F90", "0A", 1001),
    ("00000000000000000000000001000000:1F90", "0A", 1002),
    ("00000000000000000000000000000000:1F90", "0A", 1003),
    ("0100007F:1F90", "01", 1004),  # a connection
)
HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
TABLE = "\n".join(
    [HEADING, *(f"   0: {address} {ANY} {state} 0:0 00:0 0 {uid} 0 1 1 0 100 0" for address, state, uid in ROWS), ""]
).encode()


@pytest.mark.skipif(sys.byteorder == "big", reason="the table is a little-endian machine's")
def test_the_kernels_table_is_read_to_the_end_of_its_listeners() -> None:
    assert list(listeners.found_in(TABLE, 8080)) == [
        Listener("127.0.0.1", 1000),
        Listener("127.0.0.1", 1001),
        Listener("::1", 1002),
        Listener("::", 1003),
    ]
    assert list(listeners.found_in(TABLE, 8081)) == [Listener("0.0.0.0", 0)]
    assert list(listeners.found_in(b"", 8080)) == []


@contextmanager
def listening(address: str) -> Iterator[int]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as opened:
        opened.bind((address, 0))
        opened.listen()
        yield opened.getsockname()[1]


ADDRESSES = {  # bound to -> as it is written, is it where 127.0.0.1 or ::1 leads
    "127.0.0.1": ("127.0.0.1", True),
    "127.0.0.53": ("127.0.0.53", False),
    "0.0.0.0": ("0.0.0.0", True),
    "::1": ("::1", True),
    "::": ("::", True),
    "::ffff:127.0.0.1": ("127.0.0.1", True),  # JetBrains
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_listener_is_found_wherever_it_listens_and_belongs_to_its_user(address: str) -> None:
    written, taken = ADDRESSES[address]
    uid = os.getuid()
    with listening(address) as port:
        assert listeners.listeners(port) == [Listener(written, uid)]
        tables = [Path(name).read_bytes() for name in ("/proc/net/tcp", "/proc/net/tcp6")]
        assert [item for table in tables for item in listeners.found_in(table, port)] == [Listener(written, uid)]
        assert listeners.is_taken(port) == taken
        assert listeners.listens(port, uid)
        assert not listeners.listens(port, uid + 1)
        assert listeners.strangers(port, uid, (written,)) == []
        assert listeners.strangers(port, uid + 1, (written,)) == [uid]
        assert listeners.strangers(port, uid + 1, ("127.9.9.9",)) == ([uid] if written in ("0.0.0.0", "::") else [])
    assert listeners.listeners(port) == []
    assert not listeners.is_taken(port)


def test_another_address_of_this_machine_is_no_business_of_the_loopbacks() -> None:
    with listening("127.0.0.1") as port:
        other = Listener("192.0.2.1", 1234)
        assert not other.is_local
        assert listeners.strangers(port, os.getuid(), ("192.0.2.1",)) == []


def test_looking_at_a_port_imports_nothing_that_a_start_would_feel() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from session.network import listeners;"
        "from session.server import key; from session import values;"
        "listeners.is_taken(1); sys.exit(' '.join(set(sys.argv[2:]) & sys.modules.keys()) or 0)"
    )
    heavy = ("re", "socket", "ipaddress", "json", "typing", "dataclasses", "pathlib", "collections")
    folder = Path(session.__file__).parent.parent
    done = subprocess.run([SYSTEM_PYTHON, "-IS", "-c", script, folder, *heavy], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


LISTEN = """
import socket
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        caller, _ = listener.accept()
        print(caller.recv(65536).decode().replace("\\r\\n", " "), flush=True)
        caller.close()
"""
NOBODY = 65534


@contextmanager
def of_another_user() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A port that somebody else listens on; its output is what callers send, a line each."""
    words = ["setpriv", f"--reuid={NOBODY}", "--clear-groups", SYSTEM_PYTHON, "-IS", "-c", LISTEN]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd="/") as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline()), process
        finally:
            process.kill()


@pytest.mark.root
def test_another_users_server_gets_neither_key_nor_question(tmp_path: Path) -> None:
    with of_another_user() as (port, process):
        refusal = refused(tmp_path, f"http://127.0.0.1:{port}")
        assert str(port) in refusal.problem
        assert "nobody" in refusal.problem
        assert "config set server.base_url" in refusal.remedy
        with pytest.raises(NotOurs):
            Server(f"http://localhost:{port}", KEY).get("/models")
        assert process.stdout
        assert [process.stdout.readline().strip() for _ in range(2)] == ["", ""]  # called, and nothing said
        Server(f"http://127.0.0.1:{port}", KEY, http.dial).get("/props")  # the same without the rule
        assert KEY in process.stdout.readline()


# One exchange


def test_addresses_are_taken_apart() -> None:
    def parts(url: str) -> tuple[str, str, int, str]:
        place = Place(url)
        return place.scheme, place.host, place.port, place.path

    assert parts("http://127.0.0.1:8080") == ("http", "127.0.0.1", 8080, "")
    assert parts("http://[::1]:8080/a/b/") == ("http", "::1", 8080, "/a/b")
    assert parts("https://models.example/v1") == ("https", "models.example", 443, "/v1")
    assert parts("http://[::1]") == ("http", "::1", 80, "")
    assert http.quoted("a b/ü") == "a%20b%2F%C3%BC"


def answered(*pieces: bytes, pause: float = 0.0, seconds: float = 1.0) -> Answer:
    with Raw(pieces, pause) as server:
        began = time.monotonic()
        answer = Server(server.url).get("/", seconds)
        assert time.monotonic() - began < seconds + 1
    return answer


def test_an_answer_may_come_in_pieces_in_chunks_or_without_a_length() -> None:
    plain = answered(b"HTTP/1.1 200 OK\r\nContent-", b"Length: 2\r\nContent-Type: text/html; x\r\n\r\n", b"{", b"}more")
    assert (plain.status, plain.text, plain.media, plain.json) == (200, "{}", "text/html", {})
    assert answered(b"HTTP/1.0 404 No\r\n\r\nuntil the end").text == "until the end"
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n1;x\r\n \r\n0\r\n\r\n"
    assert answered(chunks[:60], chunks[60:]).text == "{}\n "


def lines_without_end() -> Iterator[bytes]:
    while True:
        yield b"X-Header: " + b"x" * 4000 + b"\r\n"


def test_an_answer_has_a_time_and_a_size() -> None:
    assert answered(b"HTTP/1.1 200 OK\r\n", b"X: " + b"x" * 5_000_000 + b"\r\n\r\n{}").status == 0
    assert answered(b"HTTP/1.1 200 OK\r\n", *[b"X: x\r\n"] * 100, pause=0.1).silent
    assert answered(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 100, pause=0.1).silent
    assert len(answered(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 1_000_000] * 9, seconds=5).text) == 4 * 1024 * 1024
    with Raw(lines_without_end()) as server:
        assert Server(server.url).get("/").status == 0


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 two\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1",
    ],
)
def test_what_is_no_http_is_no_answer(said: bytes) -> None:
    answer = answered(said)
    assert (answer.status, answer.silent) == (0, False) or answer.text == ""


def test_a_session_does_not_wait_for_a_server_that_sends_a_header_without_end(tmp_path: Path) -> None:
    with Raw(lines_without_end()) as server:
        began = time.monotonic()
        assert "no server answers" in refused(tmp_path, server.url).problem
        assert time.monotonic() - began < 3


# What the server would do on the host


def test_a_llama_server_with_tools_runs_commands_for_anybody_and_is_refused(
    scripted: dict[str, Path], tmp_path: Path
) -> None:
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", "--tools", "all") as server:
        made = tmp_path / "made"
        body = {"tool": "exec_shell_command", "params": {"command": f"touch {made}"}}
        asked = urllib.request.Request(f"{server.base_url}/tools", json.dumps(body).encode())  # no key is needed
        urllib.request.urlopen(asked, timeout=20).read()
        assert made.exists()
        refusal = refused(tmp_path, server.base_url)
    assert "runs tools outside the jail" in refusal.problem
    assert "--tools" in refusal.remedy


FLAGS: dict[str, tuple[list[str], str]] = {
    "one harmless tool": (["--tools", "get_datetime"], "--tools"),
    "a proxy": (["--ui-mcp-proxy"], "--ui-mcp-proxy"),
    "both": (["--agent"], "--agent"),
}


@pytest.mark.parametrize("row", FLAGS)
def test_each_flag_that_opens_the_host_is_named(scripted: dict[str, Path], tmp_path: Path, row: str) -> None:
    words, flag = FLAGS[row]
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", *words) as server:
        refusal = refused(tmp_path, server.base_url)
    assert "for whoever asks it" in refusal.problem
    assert flag in refusal.remedy


def test_a_router_with_tools_is_refused_before_a_model_is_loaded(scripted: dict[str, Path], tmp_path: Path) -> None:
    with Llama(tmp_path, "--models-dir", str(scripted["good"].parent), "-c", "65536", "--tools", "all") as server:
        assert "--tools" in refused(tmp_path, server.base_url).remedy


def test_a_server_behind_llama_swap_with_tools_is_refused(tmp_path: Path) -> None:
    with LlamaSwap({"qwen": 65536, "gemma": 65536}) as server:
        server.run("gemma")
        assert check(values(tmp_path, server.base_url), KEY).model == "gemma"
        server._fixed["GET /upstream/gemma/tools"] = [{"tool": "read_file", "type": "builtin", "definition": {}}]
        assert "--tools" in refused(tmp_path, server.base_url).remedy


def test_other_answers_mean_no_tools() -> None:
    for answer in (None, {}, [], [1, None], {"error": {"type": "feature_disabled"}}, [{"id": "x"}], "tools"):
        assert tools_in(answer) == []
    assert tools_in([{"tool": "x_hello", "type": "mcp", "definition": {}}]) == ["mcp"]
    invalid = '{"error":{"code":500,"message":"invalid URL: no scheme","type":"server_error"}}'
    assert is_proxy(Answer(500, invalid))
    for status, text in ((403, invalid), (404, invalid), (200, invalid), (500, "<html>"), (500, '{"error":"busy"}')):
        assert not is_proxy(Answer(status, text))


# What no session can use


PAGES = {
    "a web page": (200, b"<!doctype html><title>x</title>"),
    "a tool that answers everything with 200": (200, b'{"error":"Unexpected endpoint or method"}'),
    "404 to everything": (404, b"not found"),
    "no such method": (501, b"<html>"),
}


@pytest.mark.parametrize("row", PAGES)
def test_what_is_no_model_server_is_called_that(tmp_path: Path, row: str) -> None:
    status, content = PAGES[row]
    with Hostile(content, status) as server:
        refusal = refused(tmp_path, server.url)
    assert "is no model server" in refusal.problem
    assert "config set server.base_url" in refusal.remedy


def test_another_server_that_cannot_count_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with MessagesApi() as api:
        del api._fixed["GET /props"], api._fixed["POST /v1/messages/count_tokens"]
        assert check_server(values(tmp_path, api.base_url, context_tokens=65536), KEY) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("cannot count tokens" in line and line.endswith("|warning") for line in lines) == 3


def test_every_check_is_told_in_the_order_of_the_documentation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with MessagesApi() as api:
        assert check_server(values(tmp_path, api.base_url), KEY) == 0
        assert capsys.readouterr().out.splitlines() == [f"{check}||" for check in SERVER]
        with pytest.raises(Refusal, match="is missing"):
            check_server(values(tmp_path / "other", api.base_url, home="/nonexistent", real_home="/nonexistent"), KEY)
        capsys.readouterr()
        assert check_server(values(tmp_path, api.base_url), "wrong") == 1
        (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"answers|the server at {api.base_url} refuses the key|claude-local-setup")


def test_a_session_learns_the_models_name_and_its_context(tmp_path: Path) -> None:
    def told(ready: Ready) -> tuple[str, int, str]:
        return ready.model, ready.context_tokens, ready.loaded

    with MessagesApi() as api:
        api.load("a/qwen\x1b[31m", 70_000)
        assert told(check(values(tmp_path, api.base_url), KEY)) == ("compat", 70_000, "qwen??31m")
        assert told(check(values(tmp_path, api.base_url, context_tokens=30_000), KEY)) == (
            "compat",
            30_000,
            "qwen??31m",
        )
    with LlamaSwap({"qwen": 65536}) as swap:
        named = values(tmp_path, swap.base_url, model="qwen", context_tokens=32_000)
        assert told(check(named, KEY)) == ("qwen", 32_000, "qwen")
        assert swap.running == ""  # nothing was loaded for that


def test_what_a_server_says_is_read_whatever_it_is() -> None:
    answers: list[Any] = [
        None,
        [],
        {},
        {"data": 1},
        {"data": [1, {"id": "x", "meta": []}]},
        {"running": [1, {"model": []}]},
    ]
    for said in answers:
        assert models.trained_context(said) == 0
        assert models.ready_in_swap(said) == []
        assert models.knows_tools(said)
        assert not models.is_asleep(said)
    assert models.trained_context({"data": [{"id": "x", "meta": {"n_ctx_train": 8192}}]}) == 8192
    assert not models.knows_tools({"chat_template_caps": {"supports_tools": False, "supports_tool_calls": False}})
