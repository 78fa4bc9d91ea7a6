"""The difference of two texts, also of large ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claude_local_setup.user_files.diff import diff_of


@given(before=st.none() | st.text(), after=st.text())
def test_a_diff_says_whether_anything_differs(before: str | None, after: str) -> None:
    diff = diff_of(None if before is None else before.encode(), after.encode(), "name")
    assert bool(diff) == ((before or "") != after) or "bytes of data" in diff
