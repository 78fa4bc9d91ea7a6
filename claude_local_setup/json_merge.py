"""Our keys in somebody else's JSON object: put in, brought up to date, taken out; every other key is kept in place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]


def parsed(text: bytes) -> Object:
    """The JSON object in `text` ({} if it is blank). ValueError says what is wrong with it."""
    if not text.strip():
        return {}
    value = json.loads(text.decode("utf-8-sig"))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def merged(theirs: Object, ours: Mapping[str, Any], put_before: Mapping[str, Any]) -> Object:
    """`theirs` with `ours` in it, and without what an earlier version put there and no longer wants.

    Objects are merged key by key, lists get our items added, other values become ours.
    """
    return _with(_without(theirs, put_before, ours), ours)


def written(text: bytes, value: Object) -> bytes:
    """`value` as JSON; `text` itself where it says the same already, so that nobody's layout is touched for nothing."""
    if text.strip() and parsed(text) == value:
        return text
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def _with(theirs: Object, ours: Mapping[str, Any]) -> Object:
    result = dict(theirs)
    for key, value in ours.items():
        match result.get(key), value:
            case dict() as inner, Mapping():
                result[key] = _with(inner, value)
            case list() as items, list():
                result[key] = items + [item for item in value if item not in items]
            case _:
                result[key] = value
    return result


def _without(theirs: Object, before: Mapping[str, Any], still: Mapping[str, Any]) -> Object:
    result = dict(theirs)
    for key, value in before.items():
        wanted = still.get(key)
        match result.get(key), value:
            case dict() as inner, Mapping():
                result[key] = _without(inner, value, wanted if isinstance(wanted, Mapping) else {})
                if not result[key] and key not in still:
                    del result[key]
            case list() as items, list():
                kept = wanted if isinstance(wanted, list) else []
                result[key] = [item for item in items if item not in value or item in kept]
                if not result[key] and key not in still:
                    del result[key]
            case current, _ if key in result and key not in still and current == value:
                del result[key]
    return result
