"""`remove -i`: the removal of this machine, on every host of an inventory at once."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ..checks.report import Finding
from ..config.keys import Config
from ..entries.actions import Step
from ..fleet.fleet import There
from ..host.actual import Actual
from ..state.removal import Wish
from .change import kept
from .fleet_apply import Change, change_fleet
from .remove import command_of, left, trace


def remove_fleet(source: str, limit: Sequence[str], wish: Wish, *, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Returns the exit code: 1 if a step failed or a host was not reached, else 0."""

    def planned(config: Config, actual: Actual) -> Sequence[Step]:
        return trace(config, actual, wish).steps

    def closing(before: There, after: There) -> list[Finding]:
        return list(left(trace(before.config, before.actual, wish), after.actual))

    change = Change(
        planned, lambda there: kept(there.steps), closing, f"{command_of(wish)} -y -i {shlex.quote(source)}"
    )
    return change_fleet(source, limit, change, dry_run=dry_run, yes=yes, as_json=as_json)
