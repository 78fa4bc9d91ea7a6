"""This machine as the commands see it: config, actual state and plan in one look."""

from __future__ import annotations

from dataclasses import dataclass

from .actions import Step
from .config import Config
from .config_file import home, load
from .probe import Actual, probe_here
from .stale import actual_state, whole_plan
from .target import target_state


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
