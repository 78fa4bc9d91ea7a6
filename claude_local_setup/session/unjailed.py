"""A session at the levels `config` and `bash`: no jail of ours, the caller's own terminal and environment."""

from __future__ import annotations

import os
from contextlib import contextmanager

from .linux import signals
from .linux.files import read_whole
from .words import Refusal, config_set, typed

_LEFT = ".rules-"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .values import Values
    from .workspace.place import Workspace


@contextmanager
def rules_file(values: Values, rules: bytes) -> Iterator[str]:
    """The path of a file with this session's rules: enforced.json, or one beside it that goes with the session."""
    if rules == read_whole(values.enforced, follow=False):
        yield values.enforced
        return
    _remove_left(values)
    path = f"{values.product}/{_LEFT}{os.getpid()}.json"
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(rules)
    try:
        yield path
    finally:
        os.unlink(path)


def _remove_left(values: Values) -> None:
    """Of a session that was killed: its process is no more, or has our number."""
    for name in os.listdir(values.product):
        number = name.removeprefix(_LEFT).removesuffix(".json")
        if name.startswith(_LEFT) and (number == str(os.getpid()) or not os.path.exists(f"/proc/{number}")):
            os.unlink(f"{values.product}/{name}")


def run(values: Values, where: Workspace, words: Sequence[str], environment: dict[str, str]) -> int:
    """claude's exit code."""
    import subprocess

    if values.level == "bash":
        _check_sandbox()
    try:
        process = subprocess.Popen(words, cwd=where.cwd, env=environment)
    except OSError as error:
        raise Refusal(f"{words[0]} cannot be run: {error.strerror}", remedy=typed("ls", "-l", words[0])) from None
    return _waited(process)


def _waited(process: object) -> int:
    """The terminal's signals are for claude; it says when it ends."""
    import _signal

    for number in (signals.INT, signals.QUIT):
        _signal.signal(number, _signal.SIG_IGN)
    code: int = process.wait()  # type: ignore[attr-defined]
    return 128 - code if code < 0 else code


def _check_sandbox() -> None:
    import subprocess

    from .shown.tools import check_tools

    check_tools()
    words = ["bwrap", "--ro-bind", "/", "/", "--unshare-user", "--unshare-net", "true"]
    if subprocess.run(words, capture_output=True, check=False, stdin=subprocess.DEVNULL).returncode:
        raise Refusal(
            "the built-in sandbox cannot work here",
            remedy=config_set("isolation.level", "session"),
        )
