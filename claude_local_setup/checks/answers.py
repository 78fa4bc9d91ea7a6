"""What several checks make of a host's answers."""

from __future__ import annotations

UNTRIED = "could not be tried"


def unless(well: bool, problem: str, remedy: str = 'claude-local-setup apply && exec "$SHELL" -l') -> tuple[str, str]:
    return ("", "") if well else (problem, remedy)


def plain(text: str) -> str:
    """A host's words without anything that a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text).strip()
