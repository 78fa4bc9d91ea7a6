"""The jail's seccomp filter as a classic BPF program: the ways out that no mount and no namespace closes.

Typing into the terminal (TIOCSTI, TIOCLINUX): a new terminal session (`bwrap --new-session`) would refuse it too, but
takes resize and Ctrl-Z away. The kernel's keyrings (add_key, request_key, keyctl): a session inherits its user's.
Sockets of families that no network namespace confines (vsock to a virtual machine's host, Bluetooth): all but unix, IP
and netlink. What would make such calls by another way (io_uring), and what looks into the kernel itself (bpf, perf
events, userfaultfd), as container engines refuse it by default.
Numbers: linux/audit.h, linux/seccomp.h, asm/ioctls.h, linux/socket.h and the system call table of each architecture.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..errors import SetupError
from ..session.words import config_set

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in struct seccomp_data
# EPERM, ENOSYS (programs go on without io_uring where there is none), EAFNOSUPPORT
_RETURNS = {"allow": 0x7FFF0000, "refuse": 0x00050001, "no such call": 0x00050026, "no such family": 0x00050061}
_REQUESTS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
_X32 = 0x40000000
_IO_URING = (425, 426, 427)  # setup, enter, register: on every architecture

_End = Literal["allow", "refuse", "no such call", "no such family"]


@dataclass(frozen=True)
class _Calls:
    """One system call table: its AUDIT_ARCH and the numbers of the calls that the filter looks at."""

    arch: int
    ioctl: int
    socket: int
    # add_key, request_key, keyctl; bpf, perf_event_open, userfaultfd; socketcall, whose arguments no filter can read
    refused: tuple[int, ...]


_X86_64 = _Calls(0xC000003E, 16, 41, (248, 249, 250, 321, 298, 323))
_I386 = _Calls(0x40000003, 54, 359, (286, 287, 288, 357, 336, 374, 102))
_ARM64 = _Calls(0xC00000B7, 29, 198, (217, 218, 219, 280, 241, 282))
_ARM = _Calls(0x40000028, 54, 281, (309, 310, 311, 386, 364, 388, 102))
_TABLES = {
    "x86_64": (_X86_64, _I386),
    "aarch64": (_ARM64, _ARM),
    "armv7l": (_ARM,),
    "i686": (_I386,),
    "riscv64": (_Calls(0xC00000F3, 29, 198, (217, 218, 219, 280, 241, 282)),),
    "ppc64le": (_Calls(0xC0000015, 54, 326, (269, 270, 271, 361, 319, 364, 102)),),
    "s390x": (
        _Calls(0x80000016, 54, 359, (278, 279, 280, 351, 331, 355, 102)),
        _Calls(0x00000016, 54, 359, (278, 279, 280, 351, 331, 355, 102)),
    ),
}


def seccomp_filter(machine: str) -> bytes:
    """The filter for a machine as `uname -m` names it: 8 bytes an instruction, in that machine's byte order.

    A system call table that is not listed for the machine (x32 too) is refused whole. SetupError for other machines.
    """
    if machine not in _TABLES:
        raise SetupError(
            f"no seccomp filter is known for {machine}, only for {', '.join(_TABLES)}",
            remedy=config_set("isolation.level", "bash"),
        )
    order = ">" if machine == "s390x" else "<"
    return b"".join(struct.pack(f"{order}HBBI", *instruction) for instruction in _program(machine))


def _program(machine: str) -> Iterator[tuple[int, int, int, int]]:
    low = 4 if machine == "s390x" else 0  # where an argument's low half lies
    for calls in _TABLES[machine]:
        body = list(_resolved([*_rules(calls, low)]))
        yield (_LOAD, 0, 0, _ARCH)
        yield (_JUMP_EQUAL, 0, len(body), calls.arch)
        yield from body
    yield (_RETURN, 0, 0, _RETURNS["refuse"])


@dataclass(frozen=True)
class _Load:
    offset: int


@dataclass(frozen=True)
class _When:
    """Ends there if what was loaded equals `value` (or is at least that)."""

    value: int
    end: _End
    at_least: bool = False


@dataclass(frozen=True)
class _Skip:
    """Passes over the next `count` instructions unless what was loaded equals `value`."""

    value: int
    count: int


@dataclass(frozen=True)
class _Stop:
    end: _End


_Instruction = _Load | _When | _Skip | _Stop


def _rules(calls: _Calls, low: int) -> Iterator[_Instruction]:
    yield _Load(_NUMBER)
    if calls.arch == _X86_64.arch:
        yield _When(_X32, "refuse", at_least=True)
    for number in calls.refused:
        yield _When(number, "refuse")
    for number in _IO_URING:
        yield _When(number, "no such call")
    yield _Skip(calls.ioctl, len(_REQUESTS) + 2)
    yield _Load(_SECOND_ARGUMENT + low)
    for request in _REQUESTS:
        yield _When(request, "refuse")
    yield _Stop("allow")
    yield _Skip(calls.socket, len(_FAMILIES) + 2)
    yield _Load(_FIRST_ARGUMENT + low)
    for family in _FAMILIES:
        yield _When(family, "allow")
    yield _Stop("no such family")
    yield _Stop("allow")


def _resolved(rules: list[_Instruction]) -> Iterator[tuple[int, int, int, int]]:
    """The rules with their jumps counted; the ends stand behind them."""
    ends = {end: len(rules) + place for place, end in enumerate(_RETURNS)}
    for index, rule in enumerate(rules):
        match rule:
            case _Load(offset):
                yield (_LOAD, 0, 0, offset)
            case _When(value, end, at_least):
                yield (_JUMP_AT_LEAST if at_least else _JUMP_EQUAL, ends[end] - index - 1, 0, value)
            case _Skip(value, count):
                yield (_JUMP_EQUAL, 0, count, value)
            case _Stop(end):
                yield (_RETURN, 0, 0, _RETURNS[end])
    for code in _RETURNS.values():
        yield (_RETURN, 0, 0, code)
