"""Nothing that is shown moves the terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claude_local_setup.session.words import printable


@given(text=st.text())
def test_nothing_that_is_shown_moves_the_terminal(text: str) -> None:
    assert printable(text).replace("\t", "").isprintable()
