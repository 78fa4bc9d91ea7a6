"""What starts the installed model server: for systemd, and for apply, which downloads its model and waits for it."""

from __future__ import annotations

import _signal
import os
import socket
import sys
import time

from ..linux import kernel
from ..process import FIXED_PATH
from ..server.http import Server
from ..values import load as load_values
from ..words import APPLY, FAILED, USAGE, Refusal, Remedy, say
from .held import hold, last_words
from .hub import Hub
from .served import LOADING, Served, become, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

UNIT = "claude-local-server.service"
_TOLD = 5.0  # seconds between two lines of progress


def main(arguments: Sequence[str], folder: str, product: str) -> int:
    """No argument: becomes the server. `fetch`: downloads its model. `await`: until it answers, as systemd runs it.
    `prove`: the same as a session, which starts and stops it. Returns the exit code."""
    os.environ["PATH"] = FIXED_PATH
    try:
        served = load(folder)
        match list(arguments):
            case []:
                become(served)
            case ["fetch"]:
                fetch(served)
            case ["await"]:
                wait(served)
            case ["prove"]:
                hold(load_values(f"{product}/values.json"), _progress)
            case _:
                raise Refusal(
                    "it is for apply and systemd", remedy=Remedy("claude-local-setup server"), exit_code=USAGE
                )
    except Refusal as refusal:
        say(refusal.told)
        return refusal.exit_code or FAILED
    return 0


def fetch(served: Served) -> None:
    """Has the server itself download and load the model, once, on a port that nobody knows; then notes that it did."""
    port, hub = _free_port(), Hub()
    server = os.fork()
    if server == 0:
        _become_in_silence(served, port, hub)
    try:
        with hub:
            _await_download(served, server, port)
    finally:
        os.kill(server, _signal.SIGTERM)
        os.waitpid(server, 0)
    with open(f"{served.models}/ready.new", "w", encoding="utf-8") as file:
        file.write(f"{served.source}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{served.models}/ready.new", f"{served.models}/ready")


def _become_in_silence(served: Served, port: int, hub: Hub) -> None:
    """Never returns. What it says goes into its log."""
    try:
        kernel.die_with_parent(_signal.SIGTERM)
        os.makedirs(served.models, 0o700, exist_ok=True)
        log = os.open(served.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        become(served, port=str(port), hub=hub.url)
    finally:
        os._exit(1)


def _await_download(served: Served, server: int, port: int) -> None:
    """As long as more of it comes: nobody knows how fast the line is."""
    began = told = time.monotonic()
    place = Server(f"http://127.0.0.1:{port}")
    while place.get("/health", 1.0).status != 200:
        if os.waitid(os.P_PID, server, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            raise Refusal(f"{served.source} could not be had: {last_words(served)}", remedy=APPLY)
        if time.monotonic() - told > _TOLD:
            told = time.monotonic()
            _progress(f"{served.source}: {_gigabytes(served.models):.1f} GB are there, {told - began:.0f} s")
        time.sleep(0.25)


def wait(served: Served) -> None:
    """Raises Refusal where systemd has given it up, or it takes too long."""
    import subprocess

    began, told = time.monotonic(), -_TOLD
    while not served.answers():
        seconds = time.monotonic() - began
        state = subprocess.run(["systemctl", "--user", "is-active", UNIT], capture_output=True, check=False).stdout
        if state.strip() in (b"failed", b"inactive") or seconds > LOADING:
            raise Refusal("the model server does not start", remedy=Remedy("claude-local-setup server logs"))
        if seconds - told > _TOLD:
            told = seconds
            _progress(f"{served.model} is loading, {seconds:.0f} s")
        time.sleep(0.25)


def _progress(text: str) -> None:
    """For engine/run.py, which shows it."""
    sys.stdout.write(f"progress: {text}\n")
    sys.stdout.flush()


def _gigabytes(folder: str) -> float:
    sizes = (os.lstat(f"{place}/{name}").st_size for place, _, names in os.walk(folder) for name in names)
    return sum(sizes) / 1e9


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
