"""What the trials ask: a command, the session program's own wrapper, a fresh shell."""

from __future__ import annotations

import os
import shutil
import subprocess

from ..values import Values

_PATIENCE = 60
_ASK = (
    "command -v claude-local >/dev/null && echo found; "
    'type claude 2>/dev/null | grep -Eq "(^|[^[:alnum:]._-])claude-local([^[:alnum:]._/-]|$)" && echo shadowed; '
    'env | grep -q "^ANTHROPIC_" && echo leaks; case ":$PATH:" in *":$HOME/.local/bin:"*) echo path ;; esac'
)
_ASK_FISH = (
    'type -q claude-local; and echo found; env | grep -q "^ANTHROPIC_"; and echo leaks; '
    "contains -- $HOME/.local/bin $PATH; and echo path"
)


def _wrapper(values: Values) -> str:
    return f"{values.home}/.local/bin/claude-local"


def own(*words: str, values: Values) -> str:
    return output([_wrapper(values), *words])


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


def shell(kind: str, program: str, folder: str) -> str:
    """A fresh login shell, as a new terminal starts one. fish keeps its history where it is told to."""
    ask, more = (_ASK_FISH, {"XDG_DATA_HOME": f"{folder}/fish"}) if kind == "fish" else (_ASK, {})
    try:
        done = subprocess.run(
            [program, "-lic", ask],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **more},
            timeout=20,
            check=False,
            start_new_session=True,
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout.decode("utf-8", "replace")
