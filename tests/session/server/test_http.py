"""Asking over HTTP: within a time and a size."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_local_setup.session.server import http
from claude_local_setup.session.server.answer import Answer
from claude_local_setup.session.server.http import Place, Server
from tests.fakes.model_servers import Raw
from tests.session.server.asking import refused


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


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        ("6.6.87.2-microsoft-standard-WSL2", True),
        ("4.4.0-22621-Microsoft", True),
        ("6.12.0-1-amd64", False),
    ],
)
def test_who_is_on_windows_is_told_where_its_servers_are(
    kernel: str, said: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = os.uname()
    monkeypatch.setattr(os, "uname", lambda: os.uname_result((here[0], here[1], kernel, here[3], here[4])))
    with Raw([]) as closed:
        pass
    assert ("networkingMode=mirrored" in refused(tmp_path, closed.url).problem) is said
