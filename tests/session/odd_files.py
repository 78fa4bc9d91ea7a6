"""What may lie where a file is looked for, and must not be waited for or read for ever."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def fifo(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(".", os.O_RDONLY)
        os.chdir(path.parent)  # the path is too long for a socket's name
        listener.bind(path.name)
        os.fchdir(here)
        os.close(here)


def endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)
