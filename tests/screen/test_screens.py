"""Every screen at three widths, as it was approved: golden/WIDTH/NAME.txt."""

from __future__ import annotations

import pytest

from tests.screen.stage import GOLDEN, SCREENS, WIDTHS, shown, steady


@pytest.mark.parametrize("width", WIDTHS)
def test_every_screen_is_as_it_was_approved(width: int) -> None:
    """Where a change is meant: `python -m tests.screen.stage`, and look at the difference before it is committed."""
    said = dict(shown(width))
    assert list(said) == list(SCREENS)
    folder = GOLDEN / str(width)
    assert sorted(file.stem for file in folder.iterdir()) == sorted(SCREENS)
    for name, text in said.items():
        assert text == (folder / f"{name}.txt").read_text(encoding="utf-8"), name


def test_what_differs_from_machine_to_machine_is_not_compared() -> None:
    text = (
        "ok   host: Some Linux (x), kernel 6.1.0, x86_64\nok   boundary: all 71 checks\n program-0123456789af/x  \n\n"
    )
    assert steady(text) == (
        "ok   host: DISTRIBUTION, kernel VERSION, MACHINE\nok   boundary: all N checks\n program-0123456789ab/x\n"
    )
