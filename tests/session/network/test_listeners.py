"""Who listens on a port of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from claude_local_setup import session
from claude_local_setup.session.network import listeners
from claude_local_setup.session.network.listeners import Listener
from claude_local_setup.session.server import http
from claude_local_setup.session.server.http import NotOurs, Server
from tests.homes import SYSTEM_PYTHON
from tests.session.server.asking import KEY, refused

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
