"""This machine as the commands see it: config, actual state and plan in one look."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.file import home, load
from ..config.keys import Config
from ..entries.actions import Step
from ..host.actual import Actual
from ..host.probe import probe_here
from ..state.stale import actual_state, whole_plan
from ..state.target import target_state


@dataclass(frozen=True)
class Here:
    config: Config
    actual: Actual
    steps: list[Step]


def look() -> Here:
    home()
    config = load()
    actual = actual_state(config, probe_here)
    return Here(config, actual, whole_plan(target_state(config, actual), actual))
