"""The server, asked before a session starts: Claude Code itself would retry in silence, for minutes.

Nothing is generated, and no model is loaded, by asking.
"""

from __future__ import annotations

import os

from ..words import APPLY, FAILED, Refusal, say, tell
from .check_context import context_is_enough
from .check_dangers import dangers
from .check_kind import answers, find_model
from .check_request import serves_a_request
from .checked import Asked, Outcome, plain
from .key import enforced_env
from .search import settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..values import Values

    Report = Callable[[Outcome], None]

_STDERR = 2


class Ready:
    """`model` is what the session's requests name, `loaded` what the server calls it ("" if it does not say).

    `context_tokens`: what the session may count on, 0 where nobody knows. `others`: what it may switch to.
    """

    __slots__ = ("context_tokens", "loaded", "model", "others")

    def __init__(self, model: str, context_tokens: int, loaded: str, others: Sequence[str] = ()) -> None:
        self.model = model
        self.others = others
        self.context_tokens = context_tokens
        self.loaded = loaded


def check(values: Values, key: str, report: Report | None = None) -> Ready:
    """What a session has to know; `report` gets each outcome as it comes, else warnings are said on a terminal.

    Raises Refusal with the first reason why no session can work.
    """
    asked = Asked(values, key)
    report = report or _Warnings().say
    for outcome in _outcomes(asked):
        report(outcome)
        if outcome.is_failure:
            raise Refusal(outcome.problem, remedy=outcome.remedy)
    if asked.note and os.isatty(_STDERR):
        say(asked.note)
    others = [name for name in asked.names if name not in ("", asked.model) and plain(name) == name]
    return Ready(asked.model, asked.context_tokens, asked.loaded, others)


def check_server(values: Values, key: str) -> int:
    """Tells every outcome, a line each, to the first failure; returns the exit code."""
    settle(values, key, proven=True)
    try:
        check(values, key, lambda outcome: tell(outcome.line))
    except Refusal:
        return FAILED
    header = _header(values)
    tell(header.line)
    return FAILED if header.problem else 0


def _outcomes(asked: Asked) -> Iterator[Outcome]:
    """In the order in which one thing makes the next one worth asking. Nobody goes on after a failure."""
    yield from answers(asked)
    yield from dangers(asked)
    yield from find_model(asked)
    yield from serves_a_request(asked)
    yield from context_is_enough(asked)


class _Warnings:
    """Said once each, where somebody sees them."""

    def __init__(self) -> None:
        self._last = ""

    def say(self, outcome: Outcome) -> None:
        if outcome.warning and outcome.problem != self._last and os.isatty(_STDERR):
            self._last = outcome.problem
            say(outcome.told)


def _header(values: Values) -> Outcome:
    check = "attribution header off"
    if enforced_env(values.enforced).get("CLAUDE_CODE_ATTRIBUTION_HEADER") == "0":
        return Outcome(check)
    return Outcome(check, "it changes with each session, and with it the whole prompt", APPLY)
