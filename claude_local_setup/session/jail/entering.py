"""The namespaces themselves: entered in one call, mapped, and their numbers limited."""

from __future__ import annotations

import os

from ..linux import kernel
from .plan import Plan

# The stages, in the words in which one that fails is told.
MAKING, MAPPING, APART = "making a namespace", "mapping the user in it", "setting its mounts apart from the host's"


def enter(private: bool) -> None:
    """A user namespace with this user in it, and in that mounts set apart from the host's, processes, and a network.

    OSError of the kernel's, with the stage for its file name.
    """
    stage = MAKING
    try:
        user, group = os.geteuid(), os.getegid()
        own = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID
        kernel.unshare(own | (kernel.CLONE_NEWNET if private else 0))
        stage = MAPPING
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
        stage = APART
        kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    except OSError as error:
        raise OSError(error.errno, error.strerror, stage) from None


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def limit(plan: Plan) -> None:
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


def namespaces(private: bool) -> list[int]:
    kinds = ("user", "net") if private else ("user",)
    return [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in kinds]
