"""The boundary: each attempt of the battery, in the real jail."""

from __future__ import annotations

from collections.abc import Iterator

from ..config.keys import Config
from ..session.battery import attempts
from ..session.words import APPLY, Remedy, config_set
from .answers import UNTRIED, plain, unless
from .report import Finding
from .trials import Trials


def boundary(config: Config, trials: Trials, *, is_applied: bool = True) -> Iterator[Finding]:
    """Where the config is not applied yet, what it would add was not tried, and that is no problem of the jail's."""
    if not config.is_jailed:
        confined = "shell commands alone are confined" if config.isolation.level == "bash" else "nothing is confined"
        remedy = config_set("isolation.level", "session")
        yield Finding(
            f"boundary: level {config.isolation.level}", confined, remedy, warning=True, name="boundary: level"
        )
        return
    answer = trials.get("boundary", "")
    told = attempts.outcomes(config.isolation.level, config.network.mode, answer, nested=config.isolation.nested)
    if all(outcome == "untold" for _, outcome in told):
        why = f"nothing could be tried: {plain(answer)[:300]}" if answer else UNTRIED
        yield Finding("boundary: the jail starts", why, Remedy("claude-local --jail true"))
        return
    for attempt, outcome in told:
        if outcome == "untold" and not is_applied:
            continue
        check = f"boundary: {attempt.name}, {'works' if attempt.works else 'refused'}"
        wanted = "worked" if attempt.works else "failed"
        yield Finding(check, *unless(outcome == wanted, f"it {outcome}", APPLY))
