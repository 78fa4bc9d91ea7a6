"""What the trials ask: a command, the session program's own wrapper."""

from __future__ import annotations

import os
import shutil
import subprocess

from ..values import Values

_PATIENCE = 60


def wrapper(values: Values) -> str:
    return f"{values.home}/.local/bin/claude-local"


def own(*words: str, values: Values) -> str:
    return output([wrapper(values), *words])


def output(words: list[str], seconds: float = _PATIENCE, **more: object) -> str:
    """What a command says, on both streams; what it had said where it takes too long."""
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
            **more,  # type: ignore[call-overload]
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode("utf-8", "replace")
    except OSError as error:
        return str(error.strerror)
    return str(done.stdout.decode("utf-8", "replace"))


def claude_version(path: str) -> str | None:
    more = os.path.expanduser("~/.local/bin")
    program = shutil.which("claude", path=f"{path}:{more}:/usr/local/bin")
    return output([program, "--version"], 20) if program else None
