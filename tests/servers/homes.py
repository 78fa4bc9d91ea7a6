"""Homes that get a model server of their own: a tiny model, the real llama-server, and no systemd of theirs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.homes import CACHE, Home, wait_until
from tests.real.llama import PROGRAM

WHEELS = CACHE / "wheels"
_VERSION = '#!/bin/sh\ncase " $* " in *" --version "*) exec echo 2.1.330 ;; esac\n'
WAITS = f"{_VERSION}echo begun >>begun\nwhile [ ! -e end ]; do sleep 0.1; done\n"
TALKS = f"{_VERSION}echo well\n"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def configure(home: Home, model: Path | str, install: str = "path", claude: str = WAITS) -> int:
    """Asks for a server on a free port, with a claude that goes on until its folder has a file `end`; the port."""
    port = free_port()
    home.write("bin/claude", claude).chmod(0o755)
    if install == "path":
        text = f'#!/bin/sh\nLD_LIBRARY_PATH={PROGRAM.parent} exec {PROGRAM} "$@"\n'
        home.write("bin/llama-server", text).chmod(0o755)
        home.extra["PATH"] = f"{home.path}/bin:/usr/local/bin:/usr/bin:/bin"
    home.extra |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS), "PIP_CONFIG_FILE": os.devnull}
    home.write(
        ".config/claude-local-setup/config.toml",
        f'[server]\nbase_url = "http://127.0.0.1:{port}"\nmanagement_url = ""\ninstall = "{install}"\n'
        f'model_source = "{model}"\n[claude]\npath = "{home.path}/bin/claude"\n',
    )
    return port


def put_model(home: Home, model: Path) -> Path:
    """In the home, as somebody has it who has downloaded it."""
    place = home.path / "models" / model.name
    place.parent.mkdir(exist_ok=True)
    shutil.copy(model, place)
    return place


def servers(home: Home) -> list[int]:
    """The processes of llama-servers that this home's server.json has started."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            if b"--api-key-file" in words and any(os.fsencode(home.path) in word for word in words):
                found.append(int(entry.name))
    return found


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as asked:
        asked.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        return b" 200 " in asked.recv(100)
    return False


@contextmanager
def session(home: Home, name: str) -> Iterator[subprocess.Popen[str]]:
    """One that has begun and goes on."""
    work = home.workspace(name)
    process = subprocess.Popen(
        [str(home.path / ".local/bin/claude-local")], cwd=work, env=home.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: (work / "begun").exists() or process.poll() is not None)
        assert process.poll() is None, process.stdout and process.stdout.read()
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def is_gone(home: Home, port: int, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not servers(home) and not answers(port):
            return True
        time.sleep(0.05)
    return False
