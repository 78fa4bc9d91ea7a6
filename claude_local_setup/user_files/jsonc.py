"""A few keys of a JSONC file's object, JSON as editors write it: set and taken out; every other byte is kept.

Comments, commas at an end, indentation and line ends stay. A file with nothing but comments is an empty object, as the
editors take it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SPACE = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_REST_OF_LINE = re.compile(r"(?:[ \t]|/\*[^\r\n]*?\*/)*(?://[^\r\n]*)?(?=\r?\n)")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")
_CLOSES = {"{": "}", "[": "]"}
_INDENT = "    "  # what the editors take, where the file shows none


@dataclass(frozen=True)
class Edit:
    """A piece of text that became another one; a piece that is put in is "" before."""

    place: int
    old: str
    new: str


@dataclass(frozen=True)
class _Member:
    """Where a key of the outermost object stands, from its name to the end of its value."""

    name: str
    start: int
    value: int
    end: int


@dataclass(frozen=True)
class _Object:
    """The outermost object: just behind its brace, its members, its closing brace."""

    start: int
    members: list[_Member]
    end: int


def read(text: str) -> dict[str, Any]:
    """The keys that have a plain value (text, number, true, false, null). ValueError where it is no object of JSONC."""
    found = _parsed(text)
    values = {member.name: text[member.value : member.end] for member in found.members} if found else {}
    return {name: json.loads(value) for name, value in values.items() if value[0] not in _CLOSES}


def edits(text: str, values: Mapping[str, str | bool]) -> list[Edit]:
    """What sets these keys, from the last place to the first. ValueError as for `read`."""
    found = _parsed(text)
    if found is None:
        return [_new_object(text, values)]
    there = {member.name: member for member in found.members}  # of two with one name the last one counts
    known = read(text)
    changed = [
        Edit(member.start, text[member.start : member.end], f"{text[member.start : member.value]}{json.dumps(value)}")
        for name, value in values.items()
        if (member := there.get(name)) and (name not in known or known[name] != value)
    ]
    missing = {name: value for name, value in values.items() if name not in there}
    added = [_added(text, found, missing)] if missing else []
    return sorted([*changed, *added], key=lambda edit: -edit.place)


def applied(text: str, made: list[Edit]) -> str:
    """`made`: from the last place to the first."""
    for edit in made:
        text = text[: edit.place] + edit.new + text[edit.place + len(edit.old) :]
    return text


def without(text: str, name: str) -> str:
    """The text without that key, wherever it stands by now. ValueError as for `read`."""
    found = _parsed(text)
    for member in reversed(found.members if found else []):
        if member.name == name:
            start, end = _with_its_comma(text, member)
            text = text[:start] + text[end:]
    return text


def _new_object(text: str, values: Mapping[str, str | bool]) -> Edit:
    line = _line_end(text)
    begins = "" if text == "" or text.endswith("\n") or text == "\ufeff" else line
    return Edit(len(text), "", f"{begins}{{{line}{_written(values, f',{line}{_INDENT}', _INDENT)}{line}}}{line}")


def _added(text: str, found: _Object, values: Mapping[str, str | bool]) -> Edit:
    """They go first: so nothing depends on what the last member ends with."""
    match = _REST_OF_LINE.match(text, found.start)
    comma = "," if found.members else ""
    if match is None and found.members:  # all on one line
        return Edit(found.start, "", f"{_written(values, ', ', '')}, ")
    line = _line_end(text)
    indent = line + _indent(text, found)
    last = "" if match else line
    return Edit(match.end() if match else found.start, "", f"{_written(values, f',{indent}', indent)}{comma}{last}")


def _written(values: Mapping[str, str | bool], between: str, first: str) -> str:
    return first + between.join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in values.items())


def _indent(text: str, found: _Object) -> str:
    for member in found.members[:1]:
        before = text[text.rfind("\n", 0, member.start) + 1 : member.start]
        return before if before.isspace() or not before else _INDENT
    return _INDENT


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _with_its_comma(text: str, member: _Member) -> tuple[int, int]:
    """From the end of what stands before a member to its comma; or from the comma before it, if it has none."""
    start = member.start - len(text[: member.start]) + len(text[: member.start].rstrip())
    behind = _space(text, member.end)
    if text[behind] == ",":
        return start, behind + 1
    return (start - 1 if text[start - 1] == "," else start), member.end


def _parsed(text: str) -> _Object | None:
    """None where there is nothing but comments."""
    try:
        start = _space(text, 1 if text.startswith("\ufeff") else 0)
        if start == len(text):
            return None
        if text[start] != "{":
            raise _wrong(text, start, "an object in braces")
        members = list(_members(text, start + 1))
        end = _space(text, _comma(text, members[-1].end) if members else start + 1)
        if _space(text, end + 1) != len(text):
            raise _wrong(text, _space(text, end + 1), "the end of the file")
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return _Object(start + 1, members, end)


def _members(text: str, place: int) -> Iterator[_Member]:
    """Of the object whose brace stands before `place`, up to its closing brace."""
    place = _space(text, place)
    while _at(text, place) != "}":
        name = _STRING.match(text, place)
        if name is None:
            raise _wrong(text, place, "a name in double quotes")
        colon = _space(text, name.end())
        if _at(text, colon) != ":":
            raise _wrong(text, colon, "a colon")
        value = _space(text, colon + 1)
        end = _value(text, value)
        yield _Member(json.loads(name[0]), place, value, end)
        place = _space(text, _comma(text, end, "}"))


def _value(text: str, place: int) -> int:
    """Where the value that begins there ends."""
    opens = _at(text, place)
    if opens == "{":
        inner = list(_members(text, place + 1))
        return _space(text, _comma(text, inner[-1].end) if inner else place + 1) + 1
    if opens == "[":
        place = _space(text, place + 1)
        while _at(text, place) != "]":
            place = _space(text, _comma(text, _value(text, place), "]"))
        return place + 1
    match = _STRING.match(text, place) or _PLAIN.match(text, place)
    if match is None:
        raise _wrong(text, place, "a value")
    return match.end()


def _comma(text: str, place: int, closes: str = "") -> int:
    """Behind the comma, if there is one; `closes`: what else may stand there."""
    place = _space(text, place)
    if _at(text, place) == ",":
        return place + 1
    if closes and _at(text, place) != closes:
        raise _wrong(text, place, f"a comma or {closes}")
    return place


def _space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    assert match  # it may be empty
    return match.end()


def _at(text: str, place: int) -> str:
    return text[place : place + 1]


def _wrong(text: str, place: int, wanted: str) -> ValueError:
    return ValueError(f"line {text.count(chr(10), 0, place) + 1}: {wanted} should stand there")
