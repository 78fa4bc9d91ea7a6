"""The packaged deploy: `claude-local` on one host, for plain pyinfra and for our own command alike."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra import host
from pyinfra.api import deploy
from pyinfra.api.exceptions import DeployError

from .config import FLAT_PREFIX, flat_defaults, from_flat
from .errors import SetupError
from .operations import Probe, carry_out, needs_root, seconds
from .plan import Step, plan
from .target import probed_paths, target_state


@deploy("claude-local", data_defaults=flat_defaults())
def claude_local() -> None:
    """Brings the host to the target state that its data (`claude_local_…`) describes."""
    try:
        config = from_flat(_data(), f"host data of {host.name}")
        actual = host.get_fact(Probe, paths=tuple(probed_paths(config)))
        steps = plan(target_state(config, actual), actual)
    except SetupError as error:
        raise DeployError(f"{error.problem}: {error.remedy}") from None
    for step in steps:
        if step.change == "failed":
            raise DeployError(f"{step.name}: {step.error}: {step.remedy}")
    carry_out_all(steps, is_root=actual.is_root)


def carry_out_all(steps: Iterable[Step], *, is_root: bool) -> None:
    """Registers one operation a step, on every host in the same order."""
    for step in steps:
        carry_out(name=step.name, step=step, _sudo=needs_root(step) and not is_root, _timeout=seconds(step))


def _data() -> dict[str, object]:
    names = flat_defaults()
    given = {name: value for name, value in host.data.dict().items() if name.startswith(FLAT_PREFIX)}
    return given | {name: host.data.get(name) for name in names}
