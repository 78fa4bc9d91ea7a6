"""The helper: one process that makes the namespaces, listens in them, builds the jail's root, and starts bubblewrap.

It is a child of the program's, and waits for bubblewrap; nothing of it runs in the jail. What it opened in there
(listeners, the namespaces themselves, mailboxes) goes to the program as descriptors, so that nothing has a name that a
session could reach.
"""

from __future__ import annotations

import _signal
import _socket
import os
import sys

from ..linux import kernel, signals
from ..network import inside
from ..words import Refusal
from . import building
from .entering import enter, limit, namespaces
from .plan import Plan

SIGKILL = 9
_LONGEST = 4096  # bytes
_PASSED = 200  # descriptors that go over in one message; the kernel takes 253


def become(plan: Plan, channel: int, parent: int) -> None:
    """Makes all of it and starts bubblewrap. What goes wrong is told through the channel, a socket. Never returns."""
    try:
        enter(plan.private)
        kernel.die_with_parent(SIGKILL)  # after the namespaces: what changes credentials clears it
        if os.getppid() != parent:
            os._exit(1)
        listeners = inside.listeners(plan.listen) if plan.private else []
        boxes, in_memory = building.build(plan.mounts, plan.root, plan.makes)
        if in_memory:
            _tell(channel, f"~{', '.join(in_memory)}")
        limit(plan)
        _send(channel, [*namespaces(plan.private), *listeners, *boxes])
        _start(plan)
    except Refusal as refusal:
        _tell(channel, f"!{refusal.problem}\n{refusal.remedy}")
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        _tell(channel, f"!no jail can be started on this machine: {what}{error.strerror}\nclaude-local-setup verify")
    except BaseException as error:
        _tell(channel, f"!the jail was not made: {type(error).__name__} {error}\nclaude-local-setup verify")
    os._exit(1)


def _start(plan: Plan) -> None:
    """bubblewrap as the first process of a namespace: with it the kernel ends all, at whatever moment that may be.

    What the terminal tells the group is for the command: a first process is not ended or stopped by it.
    """
    watched, held = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    first = os.fork()
    if first == 0:
        kernel.die_with_parent(SIGKILL)
        os.close(held)
        if not _is_held(watched):
            os._exit(1)
        # bubblewrap looks at its child there, by the number that it has in this namespace.
        kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
        _execute(plan)
    kernel.set_name(b"claude-helper")
    for number in (0, 1, 2):  # what it held would not end for those who read and write
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
    os.dup2(held, 3)
    kernel.close_all(4)
    for number in signals.PASSED_ON:
        _signal.signal(number, _signal.SIG_IGN)
    _, status = os.waitpid(first, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(128 - code if code < 0 else code)


def _is_held(watched: int) -> bool:
    """Whether our parent was still there when it was too late to miss its end."""
    try:
        return os.read(watched, 1) != b""
    except BlockingIOError:
        return True


def _send(channel: int, descriptors: list[int]) -> None:
    sock = _socket.socket(fileno=os.dup(channel))
    for start in range(0, len(descriptors), _PASSED):
        some = descriptors[start : start + _PASSED]
        packed = b"".join(number.to_bytes(4, sys.byteorder) for number in some)
        sock.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)])
    sock.send(b".")
    sock.close()


def _tell(channel: int, said: str) -> None:
    """ "!", what went wrong, and a remedy; or "~" and the places of the layers that stay in memory."""
    try:
        os.write(channel, said.encode("utf-8", "replace")[:_LONGEST])
    except OSError:
        pass


def _execute(plan: Plan) -> None:
    options = [*plan.options]
    for entry in plan.environment:
        name, _, value = entry.partition("=")
        options += ("--setenv", name, value)
    kernel.close_all_on_exec()
    # Not as arguments, which everybody sees: the environment holds the key.
    given = memory("arguments", b"".join(os.fsencode(option) + b"\0" for option in options))
    filtered = memory("seccomp", plan.seccomp)
    words = [plan.bwrap, "--args", str(given), "--seccomp", str(filtered), "--", *plan.command]
    os.execve(_path_of(plan.bwrap), words, {"PATH": os.environ.get("PATH", "")})


def _path_of(program: str) -> str:
    """As execvpe finds it; that imports what takes a millisecond."""
    if "/" in program:
        return program
    paths = (f"{folder}/{program}" for folder in os.environ.get("PATH", "").split(":"))
    return next((path for path in paths if os.access(path, os.X_OK)), f"/usr/bin/{program}")


def memory(name: str, content: bytes) -> int:
    """A file without a name, to be inherited."""
    file = os.memfd_create(name, 0)
    with os.fdopen(file, "wb", closefd=False) as written:
        written.write(content)
    os.lseek(file, 0, os.SEEK_SET)
    return file
