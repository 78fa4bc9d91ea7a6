"""What several checks make of a host's answers."""

from __future__ import annotations

from ..session.words import APPLY, NO_LINE, Remedy, in_turn

UNTRIED = "could not be tried"
_AND_A_NEW_SHELL = in_turn(APPLY, Remedy('exec "$SHELL" -l'))


def unless(well: bool, problem: str, remedy: Remedy = _AND_A_NEW_SHELL) -> tuple[str, Remedy]:
    return ("", NO_LINE) if well else (problem, remedy)


def plain(text: str) -> str:
    """A host's words without anything that a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text).strip()
