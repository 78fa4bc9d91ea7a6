"""Keys set in JSONC and taken out again: every other byte stays, whatever the file looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claude_local_setup.commands.vscode_record import Record, undone
from claude_local_setup.user_files.jsonc import applied, edits, read, without

OURS: dict[str, str | bool] = {"claudeCode.w": '/home/ö "x"\\y', "claudeCode.t": False}
FILES = {
    "nothing": "",
    "only comments": "// mine\n/* and\nmore */",
    "empty object": "{}",
    "empty object with a comment": "{ /* mine */ }\n",
    "empty object on lines": "{\n  // mine\n}\n",
    "as VS Code writes it": '{\n    "editor.fontSize": 14,\n    "files.exclude": {\n        "**/x": true\n    }\n}',
    "comma at the end": '{\n\t"a": [1, 2, ], // last\n}\n',
    "comment behind the brace": '{ // mine\n  // of a\n  "a": 1 // one\n  /* , */\n}\n',
    "one line": '{"a":1}',
    "brace on its own": '{"a": "// no comment }", "b": {"c": [{}]}}\n// end',
    "CRLF": '{\r\n  "a": null\r\n}\r\n',
    "byte order mark": '\ufeff{\n  "a": -1.5e3\n}\n',
    "ours already": '{\n  "claudeCode.t": false\n}\n',
    "ours otherwise": '{\n  "a": 1,\n  "claudeCode.t" : /* on */ true, // why\n  "z": 1\n}\n',
    "ours as an object": '{ "claudeCode.w": {"x": [1]}, }',
    "ours twice": '{\n  "claudeCode.t": true,\n  "claudeCode.t": true\n}\n',
}


@pytest.mark.parametrize("name", FILES)
def test_they_are_set_and_exactly_taken_out_again(name: str) -> None:
    text = FILES[name]
    made = edits(text, OURS)
    after = applied(text, made)
    assert OURS.items() <= read(after).items()
    assert edits(after, OURS) == []
    assert all(line.strip("\ufeff{} ") in after for line in text.splitlines() if "claudeCode" not in line)
    assert ("\r\n" in after) == ("\r\n" in text)
    assert undone(after, Record(edits=[[edit.old, edit.new] for edit in made])) == text


@pytest.mark.parametrize("name", FILES)
def test_after_the_editor_has_moved_things_ours_goes_and_the_users_stays(name: str) -> None:
    made = edits(FILES[name], OURS)
    after = json.dumps({"first": 1, **read(applied(FILES[name], made)), "last": [1]}, indent=1)
    back = undone(after, Record(edits=[[edit.old, edit.new] for edit in made]))
    before = read(FILES[name])
    assert read(back) == {"first": 1, **{key: value for key, value in read(after).items() if key not in OURS}, **before}


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ('{\n  "a": 1,\n  "b": 2\n}', "a", '{\n  "b": 2\n}'),
        ('{\n  "a": 1,\n  "b": 2\n}', "b", '{\n  "a": 1\n}'),
        ('{\n  "a": 1, // one\n  "b": 2,\n}', "b", '{\n  "a": 1, // one\n}'),
        ('{"a": 1}', "a", "{}"),
        ('{"a": 1}', "b", '{"a": 1}'),
    ],
)
def test_a_key_is_taken_out_with_its_comma(text: str, name: str, left: str) -> None:
    assert without(text, name) == left


BROKEN = ["[1]", "3", "{", '{"a" 1}', '{"a": 1 "b": 2}', "{a: 1}", "{'a': 1}", '{"a": }', '{"a": 1}}',
          '{"a": 1} x', '{"a": [1}', '{"a": 01}', '{"a": "\n"}', '{"a": "\\x"}', "/* open",
          '{,}', "{" * 9000, '{"a":' * 9000]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_object_of_jsonc_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line 1|line 2|nested"):
        edits(text, OURS)


jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(st.text() | st.sampled_from(sorted(OURS)), jsons), indent=st.none() | st.integers(0, 3))
@example(value={"claudeCode.w": "x", "": 1}, indent=None)
def test_any_object_keeps_its_keys_and_comes_back(value: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    made = edits(text, OURS)
    after = applied(text, made)
    assert json.loads(after) == {**value, **OURS}
    assert undone(after, Record(edits=[[edit.old, edit.new] for edit in made])) == text


@given(text=st.text(alphabet='{}[]",:/*\n ax1\\') | st.text())
def test_any_text_is_one_or_is_refused(text: str) -> None:
    try:
        made = edits(text, OURS)
    except ValueError:
        return
    assert OURS.items() <= read(applied(text, made)).items()
