"""The one kind of expected failure: a sentence that says what is wrong, and one thing to do about it."""

from __future__ import annotations

FAILED = 1
USAGE = 2


class SetupError(Exception):
    """An expected failure. `problem` is one sentence, `remedy` one thing to do, `exit_code` 1 (2: usage, config)."""

    def __init__(self, problem: str, *, remedy: str, exit_code: int = FAILED) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.exit_code = exit_code


class ConfigError(SetupError):
    """A config that cannot be used: exit code 2."""

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(problem, remedy=remedy, exit_code=USAGE)
