"""The numbers that Claude Code counts on: how large the model's context is, and what one answer may have of it.

They are in a session's environment. While it runs they can only be changed in settings.json, which beats the
environment; so there they must not stay. They stand behind a key of ours, in a form of their own, so that nothing else
is touched.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress

from ..linux.files import read_whole

CONTEXT, OUTPUT = "CLAUDE_CODE_MAX_CONTEXT_TOKENS", "CLAUDE_CODE_MAX_OUTPUT_TOKENS"
_LARGEST_ANSWER = 32_000  # tokens, what Claude Code asks for by itself
_OURS = re.compile(
    rb'("CLAUDE_CODE_ATTRIBUTION_HEADER"\s*:\s*"0")'
    rb'(,\s*"%b"\s*:\s*"[0-9]+",\s*"%b"\s*:\s*"[0-9]+")?' % (CONTEXT.encode(), OUTPUT.encode())
)


def output_limit(context: int, chosen: int) -> int:
    """The tokens that one answer may have: the config's number, or what fits (0 = not chosen)."""
    return chosen or min(_LARGEST_ANSWER, context // 4)


def with_context(settings: bytes, context: int, chosen: int) -> bytes:
    """A settings.json with these numbers, or without them (context 0); as it is where our key is not in it."""
    numbers = f', "{CONTEXT}": "{context}", "{OUTPUT}": "{output_limit(context, chosen)}"' if context else ""
    return _OURS.sub(lambda found: found[1] + numbers.encode(), settings, count=1)


def set_context(path: str, context: int, chosen: int) -> None:
    """The same for the file: whole or not at all, never through a link, and where it cannot be written it stays."""
    folder, _, name = path.rpartition("/")
    try:
        opened = os.open(folder or "/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        _set(opened, name, context, chosen)
    except OSError:
        pass  # a full disk, a file that is shown read-only: the session works on with the old numbers
    finally:
        os.close(opened)


def session_rules(text: str, pinned: str, model: str) -> str:
    """enforced.json with the model's name that this session uses."""
    return text.replace(f': "{pinned}"', f': "{model}"')


def _set(folder: int, name: str, context: int, chosen: int) -> None:
    before = read_whole(name, at=folder, follow=False)
    after = with_context(before, context, chosen) if before is not None else None
    if after is None or after == before:
        return
    mode = stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    if mode & stat.S_IWUSR:
        _replace(folder, name, after, mode)


def _replace(folder: int, name: str, content: bytes, mode: int) -> None:
    new = f".{name}.{os.getpid()}.{os.urandom(4).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(new, flags, 0o600, dir_fd=folder), "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.rename(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        _remove(folder, new)
        raise


def _remove(folder: int, name: str) -> None:
    with suppress(OSError):
        os.unlink(name, dir_fd=folder)
