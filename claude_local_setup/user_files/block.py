"""A marked block in somebody else's text: put in, brought up to date, taken out; every other byte is kept.

A block is always whole lines. Where the text above it had no newline at its end, the block's first line says so:
taking the block out restores the text exactly, and what is appended later never lands on a line of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MARK = b"claude-local-setup"
_UNENDED = b"(The line above had no newline at its end.)"


@dataclass(frozen=True)
class Marks:
    """The two lines around a block, and the one that says that the text above it had no newline at its end."""

    start: bytes
    end: bytes
    unended: bytes


SHELL = Marks(b"# >>> " + MARK + b" >>>", b"# <<< " + MARK + b" <<<", b"# " + _UNENDED)
MARKDOWN = Marks(b"<!-- >>> " + MARK + b" >>> -->", b"<!-- <<< " + MARK + b" <<< -->", b"<!-- " + _UNENDED + b" -->")


def with_block(text: bytes, body: bytes, marks: Marks, earlier: Sequence[bytes] = ()) -> bytes:
    """`text` with exactly one block that holds `body`: where it was, else at the end.

    Doubled blocks become one. Of a torn one (a mark lost) only the mark goes, and the lines that are `body`'s, or one
    of the `earlier` bodies', in their order. Without a body there is no block.
    """
    if not body:
        return without_block(text, body, marks, earlier)
    found = _split(text, (body, *earlier), marks)
    if len(found.parts) > 1:
        head, *rest = found.parts
        return head + _block(body, marks, unended=found.unended) + b"".join(rest)
    unended = text != b"" and not text.endswith(b"\n")
    return text + (b"\n" if unended else b"") + _block(body, marks, unended=unended)


def without_block(text: bytes, body: bytes, marks: Marks, earlier: Sequence[bytes] = ()) -> bytes:
    """`text` without any block of ours."""
    found = _split(text, (body, *earlier), marks)
    whole = b"".join(found.parts)
    follows = found.parts[-1] != b""
    return whole[:-1] if found.unended and not follows and whole.endswith(b"\n") else whole


@dataclass(frozen=True)
class _Found:
    """What stands before, between and after our blocks and what is left of torn ones."""

    parts: list[bytes]
    unended: bool


def _block(body: bytes, marks: Marks, *, unended: bool) -> bytes:
    note = marks.unended + b"\n" if unended else b""
    return marks.start + b"\n" + note + body + marks.end + b"\n"


def _split(text: bytes, bodies: Sequence[bytes], marks: Marks) -> _Found:
    parts, rest = [], 0
    unended = False
    for start, end in _ours(text, bodies, marks):
        parts.append(text[rest:start])
        unended = unended or marks.unended in text[start:end]
        rest = end
    return _Found([*parts, text[rest:]], unended)


def _ours(text: bytes, bodies: Sequence[bytes], marks: Marks) -> Iterator[tuple[int, int]]:
    """Where our blocks, and what is left of torn ones, begin and end."""
    if marks.start not in text and marks.end not in text:
        return
    lines = [
        (match.start(), match.end(), match[1] == marks.start)
        for match in re.finditer(
            rb"^(%s|%s)[^\S\n]*(?:\n|\Z)" % (re.escape(marks.start), re.escape(marks.end)), text, re.MULTILINE
        )
    ]
    spellings = list(_spellings(bodies, marks))
    done = 0
    for index, (start, end, opens) in enumerate(lines):
        if start < done:
            continue
        if not opens:  # its start is lost: what is ours stands just before it
            own = max((len(body) for body in spellings if text[done:start].endswith(body)), default=0)
            start, done = start - own, end
        elif index + 1 < len(lines) and not lines[index + 1][2]:
            done = lines[index + 1][1]
        else:  # its end is lost: what is ours stands just behind it
            done = end + max(_common(text[end : end + len(body)], body) for body in spellings)
        yield start, done


def _spellings(bodies: Sequence[bytes], marks: Marks) -> Iterator[bytes]:
    """The lines of a block as we wrote them, and as an editor may have saved them."""
    for body in bodies:
        for lines in (body, marks.unended + b"\n" + body):
            yield lines
            yield lines.replace(b"\n", b"\r\n")


def _common(text: bytes, body: bytes) -> int:
    """How many bytes of whole lines both begin with."""
    length = 0
    for mine, theirs in zip(body.splitlines(keepends=True), text.splitlines(keepends=True), strict=False):
        if theirs not in (mine, mine.rstrip(b"\n")):
            break
        length += len(theirs)
    return length
