"""Things of the host's beside a jail, which nothing in it must reach, and a workspace with all that is protected."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .asked import output

_NAME_MAX = 100  # bytes of a socket's name; the kernel takes 107


def make_workspace(work: str, outside: str) -> None:
    """A repository with all that the jail protects, and a folder beside it."""
    os.makedirs(outside)
    os.makedirs(work)
    output(["git", "init", "-q", work])
    for name in (
        ".git/objects",
        ".git/refs",
        ".git/hooks",
        ".git/modules/sub/module/hooks",
        ".vscode",
        ".idea",
        ".claude",
        ".own-hooks",
    ):
        os.makedirs(f"{work}/{name}", exist_ok=True)
    config = "[core]\n\trepositoryformatversion = 0\n\thooksPath = .own-hooks\n[commit]\n\tgpgsign = false\n"
    head = "ref: refs/heads/main\n"
    for name, content in {
        ".git/config": config,
        ".git/HEAD": head,
        ".git/modules/sub/module/config": config,
        ".git/modules/sub/module/HEAD": head,
        ".claude/settings.json": "{}\n",
        ".mcp.json": "{}\n",
        ".envrc": "{}\n",
        "../outside/file": "",
    }.items():
        with open(f"{work}/{name}", "w") as file:
            file.write(content)


def socket_places(outside: str) -> list[str]:
    """Names for two sockets; too long ones are bound as some programs do, from their current directory."""
    names = [f"{outside}/socket", f"{os.path.dirname(outside)}/workspace/socket"]
    if max(len(os.fsencode(name)) for name in names) <= _NAME_MAX:
        return names
    os.chdir(outside)
    return ["socket", "../workspace/socket"]


@contextmanager
def service(place: str | tuple[str, int]) -> Iterator[socket.socket]:
    """A service of the host's, which says that it was reached."""
    with socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET) as listener:
        listener.bind(place)
        listener.listen(16)
        threading.Thread(target=_say_reached, args=(listener,), daemon=True).start()
        yield listener


def _say_reached(listener: socket.socket) -> None:
    while True:
        try:
            with listener.accept()[0] as caller:
                caller.sendall(b"reached\n")
        except OSError:
            return


def answers(listener: socket.socket) -> bool:
    """From out here it must be reached, else it proves nothing that a session does not reach it."""
    with socket.socket(listener.family) as caller:
        caller.settimeout(5)
        try:
            caller.connect(listener.getsockname())
            return caller.recv(100) == b"reached\n"
        except OSError:
            return False
