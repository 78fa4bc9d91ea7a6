"""The jail's seccomp filter as a classic BPF program: typing into the terminal (TIOCSTI, TIOCLINUX) is refused.

A new terminal session (`bwrap --new-session`) would refuse it too, but it takes resize and Ctrl-Z away.
Numbers: linux/audit.h, linux/seccomp.h, asm/ioctls.h and the system call table of each architecture.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .errors import SetupError

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _EPERM = 0x7FFF0000, 0x00050000 | 1
_NUMBER, _ARCH, _SECOND_ARGUMENT = 0, 4, 24
_REQUESTS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_X32 = 0x40000000

# machine -> (AUDIT_ARCH, number of ioctl) of each system call table that its kernel offers
_TABLES = {
    "x86_64": ((0xC000003E, 16), (0x40000003, 54)),
    "aarch64": ((0xC00000B7, 29), (0x40000028, 54)),
    "armv7l": ((0x40000028, 54),),
    "i686": ((0x40000003, 54),),
    "riscv64": ((0xC00000F3, 29),),
    "ppc64le": ((0xC0000015, 54),),
    "s390x": ((0x80000016, 54), (0x00000016, 54)),
}


def seccomp_filter(machine: str) -> bytes:
    """The filter for a machine as `uname -m` names it: 8 bytes an instruction, in that machine's byte order.

    A system call table that is not listed for the machine (x32 too) is refused whole. SetupError for other machines.
    """
    if machine not in _TABLES:
        raise SetupError(
            f"no seccomp filter is known for {machine}",
            remedy='set isolation.level to "config" or "bash", or use one of ' + ", ".join(_TABLES),
        )
    order = ">" if machine == "s390x" else "<"
    return b"".join(struct.pack(f"{order}HBBI", *instruction) for instruction in _program(machine))


def _program(machine: str) -> Iterator[tuple[int, int, int, int]]:
    second_argument = _SECOND_ARGUMENT + (4 if machine == "s390x" else 0)  # its low half, in either byte order
    for arch, ioctl in _TABLES[machine]:
        x32 = [(_LOAD, 0, 0, _NUMBER), (_JUMP_AT_LEAST, 5, 0, _X32)] if machine == "x86_64" else []
        body = [
            *(x32 if arch == 0xC000003E else [(_LOAD, 0, 0, _NUMBER)]),
            (_JUMP_EQUAL, 0, 3, ioctl),
            (_LOAD, 0, 0, second_argument),
            (_JUMP_EQUAL, 2, 0, _REQUESTS[0]),
            (_JUMP_EQUAL, 1, 0, _REQUESTS[1]),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _EPERM),
        ]
        yield (_LOAD, 0, 0, _ARCH)
        yield (_JUMP_EQUAL, 0, len(body), arch)
        yield from body
    yield (_RETURN, 0, 0, _EPERM)
