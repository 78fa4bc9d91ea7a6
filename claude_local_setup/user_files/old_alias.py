"""Aliases called claude-local that are not ours: put out of force in a shell's file, and back in force, to the byte."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARK = (
    b": # out of force since `claude-local-setup apply`: "  # a command that does nothing: the only one of an `if`, say
)
_WORD = rb"""(?:'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|\\.|[^\s'"\\;&|#<>()`])+"""
_LINE = re.compile(rb"^[ \t]*alias[ \t]+claude-local(?:=|[ \t]+)(%s)[ \t]*(?:#[^\n]*)?\r?$" % _WORD, re.MULTILINE)
_LEADS_TO_US = re.compile(rb"\.local/bin/claude-local\b|^['\"]?claude-local\b")


def without(text: bytes) -> bytes:
    """`text` with those lines out of force. An alias over several lines, or among other commands, stays."""
    parts, rest = [], 0
    for match in _lines(text):
        parts += [text[rest : match.start()], _MARK]
        rest = match.start()
    return b"".join([*parts, text[rest:]])


def restored(text: bytes) -> bytes:
    """`text` with those lines in force again."""
    return re.sub(b"^" + re.escape(_MARK), b"", text, flags=re.MULTILINE)


def is_any(text: bytes) -> bool:
    """Whether there is one, in force or out of it."""
    return b"\n" + _MARK in b"\n" + text or next(_lines(text), None) is not None


def numbers(text: bytes) -> list[int]:
    """Where they are in force, counted from 1."""
    return [text.count(b"\n", 0, match.start()) + 1 for match in _lines(text)]


def _lines(text: bytes) -> Iterator[re.Match[bytes]]:
    return (match for match in _LINE.finditer(text) if not _LEADS_TO_US.search(match[1]))
