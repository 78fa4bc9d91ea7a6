"""Our keys in any JSON object: what is the user's comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from claude_local_setup.user_files import json_merge
from tests.strategies import keys, values

objects = st.dictionaries(keys, values, max_size=4)


@given(theirs=objects, ours=objects)
def test_taking_out_what_was_put_gives_the_users_settings_back(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    put = json_merge.merged(theirs, ours)
    assert json_merge.same(json_merge.merged(put, ours, [ours], theirs), put)
    assert json_merge.same(json_merge.without(put, [ours], theirs), theirs)


@given(theirs=objects, old=objects, new=objects)
def test_an_update_in_between_does_not_matter(theirs: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> None:
    first = json_merge.merged(theirs, old)
    updated = json_merge.merged(first, new, [old], theirs)
    assert json_merge.same(json_merge.without(updated, [new, old], theirs), theirs)


@given(theirs=objects, ours=objects, added=st.dictionaries(st.sampled_from(["mine", "theme"]), values))
def test_keys_that_the_user_adds_stay(theirs: dict[str, Any], ours: dict[str, Any], added: dict[str, Any]) -> None:
    put = json_merge.merged(theirs, ours) | added
    assert json_merge.same(json_merge.without(put, [ours], theirs), theirs | added)
    again = json_merge.merged(put, ours, [ours], theirs)
    assert {key: again[key] for key in added} == added


@given(theirs=objects, ours=objects)
def test_our_keys_are_there_afterwards(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert holds(json_merge.merged(theirs, ours), ours)


def holds(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, dict) and all(key in value and holds(value[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(value, list) and all(any(json_merge.same(item, own) for own in value) for item in wanted)
    return json_merge.same(value, wanted)


@given(text=st.binary() | st.text().map(str.encode) | values.map(lambda value: json.dumps(value).encode()))
@example(text=b"[" * 100_000)
@example(text=b'{"a": 1e999}')
@example(text=b'{"a": NaN}')
@example(text=b'{"a": "\\ud800"}')
@example(text=b"\xef\xbb\xbf{}")
@example(text=b'{"a": ' + b"9" * 5000 + b"}")
def test_any_text_is_settings_or_refused(text: bytes) -> None:
    try:
        theirs = json_merge.parsed(text)
    except (ValueError, RecursionError):
        return
    assert json_merge.written(text, theirs) == text or not text.strip()
    again = json_merge.parsed(json_merge.written(text, theirs | {"ours": 1}))
    assert json_merge.same(again, theirs | {"ours": 1})
