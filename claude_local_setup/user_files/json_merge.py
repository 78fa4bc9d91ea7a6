"""Our keys in somebody else's JSON object: put in, brought up to date, taken out; every other key is kept in place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Object = dict[str, Any]
_NOTHING: Mapping[str, Any] = {}


def parsed(text: bytes) -> Object:
    """The JSON object in `text` ({} if it is blank). ValueError says what is wrong with it."""
    if not text.strip():
        return {}
    value = json.loads(text.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_number)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def merged(
    theirs: Object,
    ours: Mapping[str, Any],
    put_before: Sequence[Mapping[str, Any]] = (),
    original: Mapping[str, Any] = _NOTHING,
) -> Object:
    """`theirs` with `ours` in it, and without what earlier versions put there and this one no longer wants.

    Objects are merged key by key, lists get our items added, other values become ours.
    """
    return _with(_cleaned(theirs, put_before, original, ours), ours)


def without(theirs: Object, put: Sequence[Mapping[str, Any]], original: Mapping[str, Any] = _NOTHING) -> Object:
    """`theirs` without what we `put` there; where that had replaced something of the `original`'s, it comes back."""
    return _cleaned(theirs, put, original, _NOTHING)


def written(text: bytes, value: Object) -> bytes:
    """`value` as JSON; `text` itself where it says the same already, so that nobody's layout is touched for nothing."""
    if text.strip() and same(parsed(text), value):
        return text
    shown = json.dumps(value, indent=2, ensure_ascii=False)
    try:
        return shown.encode() + b"\n"
    except UnicodeEncodeError:  # half a character: only an escape can say it
        return json.dumps(value, indent=2).encode() + b"\n"


def same(one: object, other: object) -> bool:
    """Whether both say the same in JSON, where 1, 1.0 and true are three things."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _with(theirs: Object, ours: Mapping[str, Any]) -> Object:
    result = dict(theirs)
    for key, value in ours.items():
        match result.get(key), value:
            case dict() as inner, Mapping():
                result[key] = _with(inner, value)
            case list() as items, list():
                result[key] = items + [item for item in value if not _among(item, items)]
            case _:
                result[key] = value
    return result


def _cleaned(
    theirs: Object, put: Sequence[Mapping[str, Any]], original: Mapping[str, Any], still: Mapping[str, Any]
) -> Object:
    for keys in put:
        theirs = _without(theirs, keys, original, still)
    return theirs


def _without(theirs: Object, put: Mapping[str, Any], original: Mapping[str, Any], still: Mapping[str, Any]) -> Object:
    result = dict(theirs)
    for key, value in put.items():
        if key not in result or (key in still and not _holds_more(value) and not _holds_more(still[key])):
            continue  # it is replaced anyway
        match result[key], value:
            case dict() as inner, Mapping():
                result[key] = _without(inner, value, _object(original.get(key)), _object(still.get(key)))
            case list() as items, list():
                kept = [*_items(original.get(key)), *_items(still.get(key))]
                result[key] = [item for item in items if not _among(item, value) or _among(item, kept)]
            case current, _ if same(current, value) and key in original:
                result[key] = original[key]
            case current, _ if same(current, value):
                del result[key]
        if result.get(key) in ({}, []) and type(still.get(key)) is not type(value):
            _restore(result, key, value, original)
    return result


def _holds_more(value: object) -> bool:
    return isinstance(value, dict | list)


def _restore(result: Object, key: str, put: object, original: Mapping[str, Any]) -> None:
    """An object or a list that is empty now: gone, unless it was the user's; what it had replaced comes back."""
    if key not in original:
        del result[key]
    elif type(original[key]) is not type(put):
        result[key] = original[key]


def _among(item: object, items: Sequence[object]) -> bool:
    return any(same(item, other) for other in items)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(written_as: str) -> float:
    value = float(written_as)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{written_as} is too large a number")
    return value


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
