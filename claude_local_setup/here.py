"""This machine as the commands see it: config, actual state and plan in one look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .config import Config
from .config_file import home, load
from .paths import STATE_DIR
from .plan import Step, plan
from .probe import Actual, probe_here
from .target import probed_paths, target_state


@dataclass(frozen=True)
class Here:
    config: Config
    actual: Actual
    steps: list[Step]

    @property
    def failed(self) -> bool:
        return any(step.change == "failed" for step in self.steps)

    @property
    def pending(self) -> bool:
        return any(step.change == "pending" for step in self.steps)

    @property
    def state_dir(self) -> Path:
        return Path(self.actual.path(STATE_DIR))


def look() -> Here:
    home()
    config = load()
    actual = probe_here(probed_paths(config))
    return Here(config, actual, plan(target_state(config, actual), actual))
