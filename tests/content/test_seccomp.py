"""The seccomp filter: each thing that it refuses works without it, and fails with it. In real processes."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest

from claude_local_setup.content.seccomp import _TABLES, seccomp_filter
from claude_local_setup.errors import SetupError

TIOCSTI = (
    "import fcntl, os, pty, sys; m, s = pty.openpty(); os.setsid(); fcntl.ioctl(s, 0x540E, 0); fcntl.ioctl(s, {}, b'x')"
)
KEYRING = "import ctypes; c = ctypes.CDLL(None); exit(c.syscall(248, b'user', b'k', b'v', 1, -3) < 0)"
VSOCK = "import socket; socket.socket(socket.AF_VSOCK)"
ATTEMPTS = {
    "type into the terminal": TIOCSTI.format("0x5412"),
    "type into the terminal with the upper half set": (
        "import ctypes, os, pty, fcntl; m, s = pty.openpty(); os.setsid(); fcntl.ioctl(s, 0x540E, 0); "
        "c = ctypes.CDLL(None); exit(c.syscall(16, s, ctypes.c_long(0x100005412), b'x') < 0)"
    ),
    "use the keyrings": KEYRING,
    "open a vsock": VSOCK,
}
WORKS = {
    "a pipe": "import os; os.pipe()",
    "a unix socket": "import socket; socket.socketpair(); socket.socket(socket.AF_UNIX)",
    "IP": "import socket; socket.socket(socket.AF_INET); socket.socket(socket.AF_INET6)",
    "another ioctl": "import fcntl, pty, termios; fcntl.ioctl(pty.openpty()[1], termios.TIOCGWINSZ, b'12345678')",
}


def run(code: str, *, filtered: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "filter"
        program.write_bytes(seccomp_filter("x86_64"))
        words = [
            "bwrap",
            "--dev-bind",
            "/",
            "/",
            *(["--seccomp", "9"] if filtered else []),
            "/usr/bin/python3",
            "-c",
            code,
        ]
        done = subprocess.run(["bash", "-c", '"$@" 9<"$0"', program, *words], capture_output=True, text=True)
        return done.returncode


@pytest.mark.parametrize("name", ATTEMPTS)
def test_it_refuses_what_works_without_it(name: str) -> None:
    setting = Path("/proc/sys/dev/tty/legacy_tiocsti")  # kernels before 6.2 have none, and allow it
    if "terminal" in name and setting.exists() and setting.read_text().strip() != "1":
        pytest.skip("this kernel refuses TIOCSTI to everybody")
    assert run(ATTEMPTS[name], filtered=False) == 0
    assert run(ATTEMPTS[name], filtered=True) != 0


@pytest.mark.parametrize("name", WORKS)
def test_it_lets_the_rest_through(name: str) -> None:
    assert run(WORKS[name], filtered=True) == 0


@pytest.mark.parametrize("machine", ["x86_64", "aarch64", "armv7l", "i686", "riscv64", "ppc64le", "s390x"])
def test_every_jump_stays_in_the_program_and_the_end_refuses(machine: str) -> None:
    program = seccomp_filter(machine)
    order = "big" if machine == "s390x" else "little"
    assert len(program) % 8 == 0
    count = len(program) // 8
    for index in range(count):
        code = int.from_bytes(program[index * 8 : index * 8 + 2], order)  # type: ignore[arg-type]
        if code in (0x15, 0x35):
            assert index + 1 + max(program[index * 8 + 2], program[index * 8 + 3]) < count
    assert program[-8:-6] in (b"\x06\x00", b"\x00\x06")


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(SetupError, match="no seccomp filter is known for vax"):
        seccomp_filter("vax")


CALLS = ("add_key", "request_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "socketcall")
NAMES = {  # libseccomp's, of each table, by machine
    "x86_64": ("x86_64", "x86"), "aarch64": ("aarch64", "arm"), "armv7l": ("arm",), "i686": ("x86",),
    "riscv64": ("riscv64",), "ppc64le": ("ppc64le",), "s390x": ("s390x", "s390"),
}  # fmt: skip


def number(architecture: str, call: str) -> int:
    """As libseccomp's own tables have it; negative where the architecture has none, or another one as well."""
    done = subprocess.run(["scmp_sys_resolver", "-a", architecture, call], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.parametrize("machine", _TABLES)
def test_each_machine_s_numbers_are_those_of_its_tables(machine: str) -> None:
    for table, architecture in zip(_TABLES[machine], NAMES[machine], strict=True):
        refused = dict(zip(CALLS, table.refused, strict=False))
        assert {"ioctl": table.ioctl, **refused}.items() >= {
            call: known for call in ("ioctl", *CALLS) if (known := number(architecture, call)) >= 0
        }.items()
        known = number(architecture, "socket")
        assert table.socket == known or known < 0
