"""Runs a program to which a filter refuses new user namespaces, as containers do: ERRNO PROGRAM [ARGUMENT…]."""

from __future__ import annotations

import ctypes
import os
import struct
import sys

# linux/filter.h, linux/seccomp.h: unshare and clone with CLONE_NEWUSER, for x86_64; clone3 is not there.
LOAD, EQUAL, AND, RETURN = 0x20, 0x15, 0x54, 0x06
UNSHARE, CLONE, CLONE3, NEW_USER = 272, 56, 435, 0x10000000
ALLOW, ERROR, NO_SUCH_CALL = 0x7FFF0000, 0x00050000, 38


def rules(errno: int) -> list[tuple[int, int, int, int]]:
    return [
        (LOAD, 0, 0, 0),
        (EQUAL, 0, 1, CLONE3),
        (RETURN, 0, 0, ERROR | NO_SUCH_CALL),
        (EQUAL, 2, 0, UNSHARE),
        (EQUAL, 1, 0, CLONE),
        (RETURN, 0, 0, ALLOW),
        (LOAD, 0, 0, 16),
        (AND, 0, 0, NEW_USER),
        (EQUAL, 0, 1, NEW_USER),
        (RETURN, 0, 0, ERROR | errno),
        (RETURN, 0, 0, ALLOW),
    ]


def main() -> None:
    libc, packed = ctypes.CDLL(None), b"".join(struct.pack("HBBI", *rule) for rule in rules(int(sys.argv[1])))
    program = ctypes.create_string_buffer(packed)
    filtered = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(packed) // 8, ctypes.addressof(program)))
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, filtered, 0, 0) == 0
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
