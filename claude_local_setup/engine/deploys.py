"""The packaged deploy: `claude-local` on one host, for plain pyinfra and for our own command alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyinfra import host, logger
from pyinfra.api import deploy
from pyinfra.context import ctx_host

from ..config.keys import FLAT_PREFIX, flat_defaults, from_flat
from ..entries.actions import Action, Step
from ..errors import SetupError
from ..host.actual import Actual
from ..session.words import NO_LINE, printable, told
from ..state.target import target_state
from ..state.whole_plan import actual_state, whole_plan
from . import remote
from .operations import Probe, carry_out


@deploy("claude-local", data_defaults=flat_defaults())
def claude_local() -> None:
    """Brings the host to the target state that its data (`claude_local_…`) describes."""
    try:
        config = from_flat(_data(), f"data of {host.name}")
        actual = actual_state(config, _asked, remote.dial_from(ctx_host.get()))
    except SetupError as error:
        return _give_up(error.told)
    steps = whole_plan(target_state(config, actual), actual)
    for step in steps:
        if step.change == "failed":
            return _give_up(f"{step.name}: {told(step.error, step.remedy)}")
    return carry_out_all(steps, is_root=actual.is_root)


def _asked(paths: Sequence[str]) -> Actual:
    actual = host.get_fact(Probe, paths=tuple(paths))
    if not isinstance(actual, Actual):
        raise SetupError("it did not answer the probe: what it printed stands above", remedy=NO_LINE)
    return actual


def _give_up(reason: str) -> None:
    """Fails this host alone: an exception would end pyinfra's whole run."""
    this = ctx_host.get()
    logger.error(f"{this.print_prefix}{printable(reason)}")
    this.state.fail_hosts({this})


def carry_out_all(steps: Iterable[Step], *, is_root: bool) -> None:
    """Registers one operation a step, on every host in the same order."""
    for step in steps:
        action = step.action or Action(())
        carry_out(name=step.name, step=step, root=action.root and not is_root, _timeout=action.seconds)


def _data() -> dict[str, object]:
    names = flat_defaults()
    given = {name: value for name, value in host.data.dict().items() if name.startswith(FLAT_PREFIX)}
    return given | {name: host.data.get(name) for name in names}
