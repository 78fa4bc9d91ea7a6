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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..network.inside import Place
    from .mounts import Mount

SIGKILL = 9
_PASSED = 200  # descriptors that go over in one message; the kernel takes 253


class Plan:
    """All that the helper needs to know; it goes as it is to the one that runs below a copy of bubblewrap."""

    __slots__ = (
        "bwrap",
        "command",
        "environment",
        "listen",
        "mounts",
        "nested",
        "options",
        "private",
        "processes",
        "root",
        "seccomp",
        "state",
    )

    bwrap: str
    mounts: Sequence[Mount]
    root: str  # an empty folder of the host's, over which the jail's root is built
    state: str
    private: bool  # a network of its own
    listen: Sequence[Place]  # addresses and ports in it that lead out
    nested: bool
    processes: int
    seccomp: bytes
    options: Sequence[str]  # bubblewrap's own
    environment: Sequence[str]  # NAME=VALUE
    command: Sequence[str]

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, value)


def become(plan: Plan, channel: int, parent: int) -> None:
    """Makes all of it and starts bubblewrap. What goes wrong is told through the channel, a socket. Never returns."""
    try:
        _enter(plan.private)
        kernel.die_with_parent(SIGKILL)  # after the namespaces: what changes credentials clears it
        if os.getppid() != parent:
            os._exit(1)
        listeners = inside.listeners(plan.listen) if plan.private else []
        boxes = building.build(plan.mounts, plan.root, plan.state)
        _limit(plan)
        _send(channel, [*_namespaces(plan.private), *listeners, *boxes])
        _start(plan)
    except Refusal as refusal:
        _tell(channel, f"{refusal.problem}\n{refusal.remedy}")
    except OSError as error:
        _tell(channel, f"no jail can be started on this machine: {error.strerror}\nclaude-local-setup verify")
    except BaseException as error:
        _tell(channel, f"the jail was not made: {type(error).__name__} {error}\nclaude-local-setup verify")
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


def _enter(private: bool) -> None:
    """A user namespace with this user in it, and in that mounts set apart from the host's, processes, and a network."""
    user, group = os.geteuid(), os.getegid()
    own = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID
    kernel.unshare(own | (kernel.CLONE_NEWNET if private else 0))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def _limit(plan: Plan) -> None:
    """How many processes there may be; and bubblewrap's own two user namespaces are the last ones."""
    kernel.limit_processes(plan.processes)
    if not plan.nested:
        _write("/proc/sys/user/max_user_namespaces", "2")
    for name in ("instances", "watches"):  # of files; the user's editors need some too
        _halve(f"/proc/sys/fs/inotify/max_user_{name}", f"/proc/sys/user/max_inotify_{name}")


def _halve(limit: str, own: str) -> None:
    """Half of what the user may have, for this namespace."""
    try:
        with open(limit, "rb") as file:
            _write(own, str(int(file.read()) // 2))
    except FileNotFoundError:
        pass  # a kernel that does not count them by namespace


def _namespaces(private: bool) -> list[int]:
    kinds = ("user", "net") if private else ("user",)
    return [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in kinds]


def _send(channel: int, descriptors: list[int]) -> None:
    sock = _socket.socket(fileno=os.dup(channel))
    for start in range(0, len(descriptors), _PASSED):
        some = descriptors[start : start + _PASSED]
        packed = b"".join(number.to_bytes(4, sys.byteorder) for number in some)
        sock.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)])
    sock.send(b".")
    sock.close()


def _tell(channel: int, problem: str) -> None:
    try:
        os.write(channel, f"!{problem}".encode("utf-8", "replace"))
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
    os.execvpe(plan.bwrap, words, {"PATH": os.environ.get("PATH", "")})


def memory(name: str, content: bytes) -> int:
    """A file without a name, to be inherited."""
    file = os.memfd_create(name, 0)
    with os.fdopen(file, "wb", closefd=False) as written:
        written.write(content)
    os.lseek(file, 0, os.SEEK_SET)
    return file
