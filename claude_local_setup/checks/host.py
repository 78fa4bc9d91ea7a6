"""The host: what it is, and whether it gives a jail its namespaces; and each entry of the target state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..config.keys import Config
from ..entries.actions import Step
from ..host import distribution, userns
from ..host.actual import Actual
from ..session.words import APPLY, NO_LINE, Remedy
from .answers import plain
from .report import Finding
from .trials import Trials

_MANY = 3
_NONE: Mapping[str, str] = {}


def host(actual: Actual) -> Iterator[Finding]:
    yield Finding(
        f"host: {_distribution(actual)}, kernel {plain(actual.facts['kernel'])}, {plain(actual.facts['arch'])}",
        name="host: system",
    )
    root = "you are root: a jail of root's is a weaker one" if actual.is_root else ""
    yield Finding("host: not root", root, Remedy("exit") if root else NO_LINE)


def no_namespaces(config: Config, actual: Actual) -> Iterator[Finding]:
    """Where the probe alone tells that no jail can start."""
    if refused := userns.refused(actual):
        yield from user_namespaces(config, actual, {"userns": refused})


def _distribution(actual: Actual) -> str:
    return plain(distribution.name(actual.os_release)) or "unknown distribution"


def user_namespaces(config: Config, actual: Actual, trials: Trials) -> Iterator[Finding]:
    """Nothing where nobody needs them."""
    if config.isolation.level == "config":
        return
    said = userns.problem if config.is_jailed else userns.problem_of_the_built_in
    problem, remedy = said(actual, trials.get("userns", ""))
    yield Finding("host: user namespaces", plain(problem), remedy)


def drift(steps: Iterable[Step], causes: Mapping[str, str] = _NONE) -> Iterator[Finding]:
    """Many that differ do so for one reason: it was never applied, or is another version's. `causes`: by step."""
    known = _without_manifest(list(steps))
    differ = [step.name for step in known if step.change == "pending"]
    is_many = len(differ) > _MANY
    if is_many:
        problem = f"{len(differ)} of {len(known)} parts are not as they should be: {', '.join(differ)}"
        yield Finding("target state: in place", problem, APPLY)
    for step in known:
        check = f"target state: {step.name}"
        if step.change == "failed":
            yield Finding(check, step.error, step.remedy)
        elif step.change != "pending":
            yield Finding(check)
        elif not is_many:
            yield Finding(check, causes.get(step.name, "is not as it should be"), APPLY)


def _without_manifest(steps: list[Step]) -> list[Step]:
    """Where something else differs, the manifest does for that reason."""
    others = [step for step in steps if step.name != "manifest"]
    return others if any(step.change == "pending" for step in others) else steps
