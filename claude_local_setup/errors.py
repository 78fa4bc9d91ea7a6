"""The one kind of expected failure, the session program's own: a sentence that says what is wrong, and one remedy."""

from __future__ import annotations

from .session.words import FAILED, USAGE, Remedy
from .session.words import Refusal as SetupError

__all__ = ["FAILED", "INTERRUPTED", "USAGE", "ConfigError", "FromHere", "SetupError"]
INTERRUPTED = 130  # by Ctrl-C


class ConfigError(SetupError):
    """A config that cannot be used: exit code 2."""

    def __init__(self, problem: str, *, remedy: Remedy) -> None:
        super().__init__(problem, remedy=remedy, exit_code=USAGE)


class FromHere(Remedy):
    """Of many machines: a line for the one that is sat at. Any other one is for the machine that has the problem."""

    __slots__ = ()
