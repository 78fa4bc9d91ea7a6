"""The unified diff of a file as text. Quick for large files too: what both begin and end with is left out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

_CONTEXT = 2
_HUNK = re.compile(r"^@@ -(\d+)(.*) \+(\d+)(.*) @@")


def diff_of(before: bytes | None, after: bytes, name: str) -> str:
    """`before` is None where there is no file. What is not text is told by its size."""
    if not _is_text(before or b"") or not _is_text(after):
        old = "" if before is None else f"- {name}: {len(before)} bytes of data\n"
        return f"{old}+ {name}: {len(after)} bytes of data\n"
    skipped, old_lines, new_lines = _changed(_lines(before or b""), _lines(after))
    named = "/dev/null" if before is None else name
    return "".join(_moved(difflib.unified_diff(old_lines, new_lines, named, name, n=_CONTEXT), skipped))


def _changed(old: list[str], new: list[str]) -> tuple[int, list[str], list[str]]:
    """Both without the lines that they begin and end with alike, but for the context; and how many went before."""
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    tail = next((index for index in range(shorter - head) if old[~index] != new[~index]), shorter - head)
    skipped, dropped = max(head - _CONTEXT, 0), max(tail - _CONTEXT, 0)
    return skipped, old[skipped : len(old) - dropped], new[skipped : len(new) - dropped]


def _moved(diff: Iterator[str], by: int) -> Iterator[str]:
    """The diff with its line numbers moved."""
    for line in diff:
        yield _HUNK.sub(lambda hunk: f"@@ -{int(hunk[1]) + by}{hunk[2]} +{int(hunk[3]) + by}{hunk[4]} @@", line)


def _lines(content: bytes) -> list[str]:
    lines = content.decode("utf-8", "backslashreplace").splitlines(keepends=True)
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]


def _is_text(content: bytes) -> bool:
    return b"\0" not in content and all(byte >= 32 or byte in b"\t\n\r\x1b\x0c" for byte in content[:4096])
