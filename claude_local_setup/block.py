"""A marked block in somebody else's text: put in, brought up to date, taken out; every other byte is kept.

A text without a final newline gets the block without one too: so taking the block out restores the text exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARK = b"claude-local-setup"


@dataclass(frozen=True)
class Marks:
    """The two lines around a block."""

    start: bytes
    end: bytes


SHELL = Marks(b"# >>> " + MARK + b" >>>", b"# <<< " + MARK + b" <<<")
MARKDOWN = Marks(b"<!-- >>> " + MARK + b" >>> -->", b"<!-- <<< " + MARK + b" <<< -->")


def with_block(text: bytes, body: bytes, marks: Marks) -> bytes:
    """`text` with exactly one block that holds `body`: where it was, else at the end.

    Doubled blocks become one. Of a torn one (a mark lost) only the marks and the lines that are `body`'s go.
    """
    block = marks.start + b"\n" + body + marks.end
    parts = _split(text, body, marks)
    if len(parts) == 1:
        return _appended(text, block)
    head, rest = parts[0], b"".join(parts[1:])
    return head + block + (b"" if not rest and not text.endswith(b"\n") else b"\n") + rest


def without_block(text: bytes, body: bytes, marks: Marks) -> bytes:
    """`text` without any block of ours."""
    parts = _split(text, body, marks)
    whole = b"".join(parts)
    unterminated = len(parts) > 1 and text.endswith(marks.end)
    return whole[:-1] if unterminated and whole.endswith(b"\n") else whole


def _appended(text: bytes, block: bytes) -> bytes:
    if not text or text.endswith(b"\n"):
        return text + block + b"\n"
    return text + b"\n" + block


def _split(text: bytes, body: bytes, marks: Marks) -> list[bytes]:
    """What stands before, between and after our blocks and what is left of torn ones."""
    known = set(body.splitlines())
    lines = re.findall(rb"[^\n]*\n|[^\n]+", text)
    parts: list[list[bytes]] = [[]]
    index = 0
    while index < len(lines):
        match lines[index].rstrip():
            case marks.start:
                index = _after_block(lines, index, marks, known)
                parts.append([])
            case marks.end:  # its start is lost: what is ours stands just before it
                while parts[-1] and parts[-1][-1].rstrip() in known:
                    parts[-1].pop()
                parts.append([])
                index += 1
            case _:
                parts[-1].append(lines[index])
                index += 1
    return [b"".join(part) for part in parts]


def _after_block(lines: list[bytes], start: int, marks: Marks, known: set[bytes]) -> int:
    """The index behind the block that starts at `start`: behind its end, or, if that is lost, behind our own lines."""
    for index in range(start + 1, len(lines)):
        line = lines[index].rstrip()
        if line == marks.end:
            return index + 1
        if line == marks.start:
            break
    index = start + 1
    while index < len(lines) and lines[index].rstrip() in known:
        index += 1
    return index
