"""The kernel's calls that Python's os has not in every version: namespaces, mounts by descriptor, process control.

Each is the call itself and raises OSError; nothing is decided here. Numbers: unistd.h (the same on every architecture
for those since Linux 5.2), linux/mount.h, linux/sched.h, linux/prctl.h, linux/sockios.h.
"""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x10000000, 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1,
    2,
    4,
    8,
    32,
    4096,
    16384,
    1 << 18,
)
MNT_DETACH = 2

_SYS_OPEN_TREE, _SYS_MOVE_MOUNT, _SYS_CLOSE_RANGE, _SYS_OPENAT2, _SYS_MOUNT_SETATTR = 428, 429, 436, 437, 442
_CLOSE_RANGE_CLOEXEC = 4
_RESOLVE_NO_SYMLINKS = 0x04
_OPEN_TREE_CLONE, _OPEN_TREE_CLOEXEC = 1, os.O_CLOEXEC
_AT_EMPTY_PATH, _AT_RECURSIVE = 0x1000, 0x8000
_MOVE_MOUNT_F_EMPTY_PATH, _MOVE_MOUNT_T_EMPTY_PATH = 0x4, 0x40
_RDONLY, _NOSUID, _NODEV, _NOEXEC = 0x1, 0x2, 0x4, 0x8  # MOUNT_ATTR_*

_RLIMIT_NPROC = 6
_PR_SET_PDEATHSIG, _PR_SET_NAME, _PR_SET_NO_NEW_PRIVS = 1, 15, 38

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def unshare(flags: int) -> None:
    _checked(_libc.unshare(flags))


def setns(namespace: int, kind: int) -> None:
    _checked(_libc.setns(namespace, kind))


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    words = (os.fsencode(source), os.fsencode(target), os.fsencode(kind))
    _checked(_libc.mount(*words, ctypes.c_ulong(flags), os.fsencode(data)))


def clone_tree(place: int, *, deep: bool) -> int:
    """A descriptor of a copy of what is mounted at an open path; `deep` with the mounts below it."""
    flags = _OPEN_TREE_CLONE | _OPEN_TREE_CLOEXEC | _AT_EMPTY_PATH | (_AT_RECURSIVE if deep else 0)
    return _checked(_libc.syscall(_SYS_OPEN_TREE, place, b"", ctypes.c_uint(flags)))


class _Attributes(ctypes.Structure):
    """struct mount_attr"""

    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def confine_tree(tree: int, *, read_only: bool) -> None:
    """No programs with rights of their own and no devices on these mounts, and no writing where that is said."""
    wanted = _Attributes(_NOSUID | _NODEV | (_RDONLY if read_only else 0), 0, MS_PRIVATE, 0)
    flags = ctypes.c_uint(_AT_EMPTY_PATH | _AT_RECURSIVE)
    size = ctypes.c_size_t(ctypes.sizeof(wanted))
    _checked(_libc.syscall(_SYS_MOUNT_SETATTR, tree, b"", flags, ctypes.byref(wanted), size))


def mount_of(place: int) -> bytes:
    """Which mount an open path is in."""
    with open(f"/proc/self/fdinfo/{place}", "rb") as file:
        return file.read().partition(b"mnt_id:")[2].split(b"\n")[0]


def attach_tree(tree: int, place: int) -> None:
    """Mounts it on exactly what is open as `place`, whatever its name means by now."""
    flags = ctypes.c_uint(_MOVE_MOUNT_F_EMPTY_PATH | _MOVE_MOUNT_T_EMPTY_PATH)
    _checked(_libc.syscall(_SYS_MOVE_MOUNT, tree, b"", place, b"", flags))


class _How(ctypes.Structure):
    """struct open_how"""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def open_plain(path: str, flags: int = os.O_PATH, *, at: int = -100) -> int:
    """Opens a path only if no part of it is a link, in one call."""
    how = _How(flags | os.O_CLOEXEC, 0, _RESOLVE_NO_SYMLINKS)
    size = ctypes.c_size_t(ctypes.sizeof(how))
    return _checked(_libc.syscall(_SYS_OPENAT2, at, os.fsencode(path), ctypes.byref(how), size))


def detach(path: str) -> None:
    """Takes a mount away by its name; what has it open keeps it."""
    _checked(_libc.umount2(os.fsencode(path), MNT_DETACH))


def close_all(first: int = 3) -> None:
    """Whatever is open but the three standard streams, or from that number on, however high it is."""
    _checked(_libc.syscall(_SYS_CLOSE_RANGE, first, ctypes.c_uint(0xFFFFFFFF), 0))


def close_all_on_exec() -> None:
    """Whatever is open but the three standard streams is not for the next program."""
    _checked(_libc.syscall(_SYS_CLOSE_RANGE, 3, ctypes.c_uint(0xFFFFFFFF), _CLOSE_RANGE_CLOEXEC))


def die_with_parent(signal: int) -> None:
    """Must come after whatever changes the process's credentials: that clears it."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0))


def set_name(name: bytes) -> None:
    _checked(_libc.prctl(_PR_SET_NAME, name, 0, 0, 0))


def no_new_privileges() -> None:
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


class _Limit(ctypes.Structure):
    """struct rlimit"""

    _fields_ = (("soft", ctypes.c_ulong), ("hard", ctypes.c_ulong))


def limit_processes(most: int) -> None:
    """No more than that, and no more than there may be already."""
    limit = _Limit()
    _checked(_libc.getrlimit(_RLIMIT_NPROC, ctypes.byref(limit)))
    limit.soft = limit.hard = min(most, limit.hard)
    _checked(_libc.setrlimit(_RLIMIT_NPROC, ctypes.byref(limit)))
