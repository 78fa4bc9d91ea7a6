"""The numbers that Claude Code counts on: how large the model's context is, and what one answer may have of it.

They are in a session's environment. While it runs they can only be changed in settings.json, which beats the
environment; so there they must not stay. They stand behind a key of ours, in a form of their own, so that nothing else
is touched.

Claude Code takes our model for one of its own (OVERRIDDEN), with a window of 200,000 tokens whatever it is told. It can
be told when to sum up, as a share of a window of 100,000 or more, and how many tokens are the end: both were seen to
hold to the token with 2.1.197 and 2.1.330, `floor((window - answer) * share / 100)`.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress

from ..linux.files import read_whole
from .addresses import with_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..values import Values

# The model that ours pass for: names that Claude Code does not know get 3,000 to 4,000 tokens of system messages in
# mid-conversation, which strict chat templates refuse and no cache keeps; and of those that it knows this is the one
# which it neither calls by a name of its own, nor warns of, nor lets think by a form of its own.
OVERRIDDEN = "claude-3-sonnet-20240229"
_MOST_ANSWER = 8_192  # tokens, of that model
_WINDOW = (100_000, 200_000)  # the least and the most that can be told
CONTEXT = "CLAUDE_LOCAL_CONTEXT_TOKENS"  # for our own status line
_NAMES = (
    *(CONTEXT, "CLAUDE_CODE_AUTO_COMPACT_WINDOW", "CLAUDE_AUTOCOMPACT_PCT_OVERRIDE"),
    *("CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE", "CLAUDE_CODE_MAX_OUTPUT_TOKENS"),
)
_EARLIER = "CLAUDE_CODE_MAX_CONTEXT_TOKENS"  # in settings that a session of 0.1.0 has left
_MARGIN = 2_000  # tokens: Claude Code estimates what it adds
_OURS = re.compile(
    rb'("CLAUDE_CODE_ATTRIBUTION_HEADER"\s*:\s*"0")((?:,\s*"(?:%b)"\s*:\s*"[0-9.]+")*)'
    % b"|".join(name.encode() for name in (*_NAMES, _EARLIER))
)


def output_limit(context: int, chosen: int) -> int:
    """The tokens that one answer may have: the config's number, or what fits (0 = not chosen)."""
    return min(chosen or context // 4, _MOST_ANSWER)


def numbers(context: int, chosen: int) -> list[tuple[str, str]]:
    """The variables for a context of so many tokens; none where it is not known (0)."""
    if not context:
        return []
    answer = output_limit(context, chosen)
    window = max(_WINDOW[0], min(context, _WINDOW[1]))
    room = min(context, window) - answer
    share = 100 * (room - min(13_000, context // 8)) / (window - answer)
    told = (context, window, f"{max(share, 1):.3f}", max(room - _MARGIN, 1), answer)
    return [(name, str(value)) for name, value in zip(_NAMES, told, strict=True)]


def with_context(settings: bytes, context: int, chosen: int) -> bytes:
    """A settings.json with these numbers, or without them (context 0); as it is where our key is not in it."""
    added = "".join(f', "{name}": "{value}"' for name, value in numbers(context, chosen))
    return _OURS.sub(lambda found: found[1] + added.encode(), settings, count=1)


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


def session_rules(text: str, values: Values, model: str, others: Sequence[str] = ()) -> str:
    """enforced.json with the model's name and the server's address that this session uses; `others`: for /model."""
    named = text.replace(f': "{values.pinned_model}"', f': "{model}"')
    overridden = [(OVERRIDDEN, model), *((f"{number}-{OVERRIDDEN}", name) for number, name in enumerate(others))]
    all_of_them = ", ".join(f'"{key}": "{name}"' for key, name in overridden)
    return with_address(named.replace(f'"{OVERRIDDEN}": "{model}"', all_of_them), values)


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
