"""The checks of `verify`, in the order of the documentation: each gives a problem and a remedy, or nothing.

What could not be asked is a problem, never "ok".
"""

from __future__ import annotations

from collections.abc import Sequence

from ..config.keys import Config
from ..entries.actions import Step
from ..host.actual import Actual
from . import claude
from .boundary import boundary
from .bubblewrap import bubblewrap
from .editors import editors
from .host import drift, host, user_namespaces
from .report import Finding
from .server import server, tool_call
from .shells import shells
from .trials import Trials


def quick_findings(config: Config, actual: Actual, steps: Sequence[Step]) -> list[Finding]:
    """What the probe alone can tell."""
    return [*host(actual), *drift(steps), *claude.found(config, actual), *claude.normal(actual)]


def findings(config: Config, actual: Actual, steps: Sequence[Step], trials: Trials) -> list[Finding]:
    """Every check. Where what would try them is not there, that is the one problem."""
    if not trials and any(not finding.ok for finding in drift(steps)):
        return quick_findings(config, actual, steps)  # it is not there, or not whole: nothing of it could be tried
    namespaces = list(user_namespaces(config, actual, trials))
    can_start = all(finding.ok for finding in namespaces)
    return [
        *host(actual),
        *namespaces,
        *bubblewrap(actual, trials),
        *drift(steps),
        *shells(config, actual, trials),
        *claude.found(config, actual),
        *claude.version(trials),
        *(boundary(config, trials) if can_start else ()),
        *server(trials),
        *tool_call(trials),
        *editors(config, trials),
        *claude.normal(actual),
    ]
