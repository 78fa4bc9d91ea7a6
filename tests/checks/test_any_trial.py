"""Any answer of a trial is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claude_local_setup.checks.trials import read as read_trials


@given(text=st.text())
def test_any_answer_of_a_trial_is_read(text: str) -> None:
    read_trials(text)
