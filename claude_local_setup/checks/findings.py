"""The checks of `verify`, in the order of the documentation: each gives a problem and a remedy, or nothing.

What could not be asked is a problem, never "ok".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..config.keys import Config
from ..entries.actions import Step
from ..host.actual import Actual
from ..session.words import APPLY
from ..state.chosen import changes
from ..state.older import shadowing
from . import claude
from .boundary import boundary
from .bubblewrap import bubblewrap
from .editors import editors
from .host import drift, host, no_namespaces, user_namespaces
from .report import Finding
from .server import server, tool_call
from .shells import FINDS, shells
from .trials import Trials


def quick_findings(config: Config, actual: Actual, steps: Sequence[Step]) -> list[Finding]:
    """What the probe alone can tell."""
    return [
        *host(actual),
        *no_namespaces(config, actual),
        *drift(steps, _causes(config, actual)),
        *claude.found(config, actual),
        *claude.normal(actual),
    ]


def findings(config: Config, actual: Actual, steps: Sequence[Step], trials: Trials) -> list[Finding]:
    """Every check. Where what would try them is not there, that is the one problem."""
    if not trials and any(not finding.ok for finding in drift(steps)):
        return quick_findings(config, actual, steps)  # it is not there, or not whole: nothing of it could be tried
    found = _as_one_problem(
        list(shells(config, actual, trials)), steps, _causes(config, actual), dict(shadowing(config, actual))
    )
    namespaces = list(user_namespaces(config, actual, trials))
    can_start = all(finding.ok for finding in namespaces)
    return [
        *host(actual),
        *namespaces,
        *(bubblewrap(actual, trials) if config.isolation.level != "config" else ()),
        *found,
        *claude.found(config, actual),
        *claude.version(trials),
        *(boundary(config, trials, is_applied=_is_applied(steps)) if can_start else ()),
        *server(trials),
        *tool_call(trials),
        *editors(config, trials),
        *claude.normal(actual),
    ]


def _is_applied(steps: Sequence[Step]) -> bool:
    return all(step.change == "none" for step in steps if step.name in ("values.json", "enforced.json"))


def _causes(config: Config, actual: Actual) -> dict[str, str]:
    """Why a part is not as it should be, where that is known."""
    taken_over = {step: f"{what} is not taken over yet" for step, what in shadowing(config, actual)}
    chosen = changes(config, actual)
    return {**taken_over, **({"values.json": f"not applied yet: {'; '.join(chosen)}"} if chosen else {})}


def _as_one_problem(
    found: Sequence[Finding], steps: Sequence[Step], causes: Mapping[str, str], shadowing: Mapping[str, str]
) -> list[Finding]:
    """Drift, and what shells find: what stands before the wrapper is told by the shell that finds it."""
    taken_over = {step.name for step in steps if step.change == "pending" and step.name in shadowing}
    hindered = [item for item in found if not item.ok and item.check.endswith(FINDS)]
    if not taken_over or not hindered:
        return [*drift(steps, causes), *found]
    mended = [replace(item, remedy=APPLY) if item in hindered else item for item in found]
    others = (step for step in steps if step.name not in (*taken_over, "manifest"))
    return [*drift(others, causes), *mended]
