"""The lock of lock.py over SSH, on the same folder, so that runs there and from here exclude each other."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
from paramiko import Channel, SSHException, Transport
from pyinfra.api import Host

from ..errors import FromHere, SetupError
from ..host.actual import Actual
from ..host.lock import only_run as only_run_here
from ..session.words import NO_LINE, typed
from .remote import BROKEN, ssh, transport

# Holds the lock as long as somebody at this end shows signs of life: sshd itself notices a pulled cable after hours.
_HOLD = """\
exec flock -w 5 -E 75 "$1" sh -c 'echo held; while timeout 12 head -n 1 | grep -q .; do :; done'
"""
_LIFE_SECONDS = 3


@contextmanager
def only_run(host: Host, actual: Actual) -> Iterator[None]:
    """Holds the lock on that host's home directory while connected; SetupError if another run has it."""
    line = transport(host)
    if line is None:
        with only_run_here(Path(actual.home)):
            yield
        return
    channel = _held(host, line, actual.home)
    alive = gevent.spawn(_show_life, channel)
    try:
        yield
    finally:
        alive.kill()
        channel.close()


def _held(host: Host, line: Transport, folder: str) -> Channel:
    try:
        channel = line.open_session(timeout=10)
        channel.settimeout(20)
        channel.exec_command(shlex.join(["sh", "-c", _HOLD, "lock", folder]))
        said = b""
        while not said.endswith(b"held\n") and (more := channel.recv(4096)):
            said += more
    except (SSHException, OSError, EOFError):
        raise SetupError(BROKEN, remedy=NO_LINE) from None
    if said.endswith(b"held\n"):
        return channel
    if channel.recv_exit_status() == 75:
        raise SetupError("another claude-local-setup is at work there: wait for it to end", remedy=NO_LINE)
    reason = channel.recv_stderr(4096).decode("utf-8", "replace").strip()
    raise SetupError(
        f"{folder} cannot be locked: {reason}", remedy=FromHere(ssh(host, command=typed("ls", "-ld", folder)))
    )


def _show_life(channel: Channel) -> None:
    while True:
        gevent.sleep(_LIFE_SECONDS)
        channel.sendall(b"here\n")
