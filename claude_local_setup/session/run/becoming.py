"""How the child of a run becomes the helper: directly, or below a copy of bubblewrap that alone may make namespaces."""

from __future__ import annotations

import _signal
import os

from ..jail import namespaces
from ..linux import kernel, signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..jail.plan import Plan

HELPER = "--become"


def become_helper(plan: Plan, program: str, channel: int, leader: int) -> None:
    """Never returns. `program`: the starter, for a helper below a copy."""
    signals.as_programs_expect()
    for number in (_signal.SIGCHLD, _signal.SIGWINCH, _signal.SIGCONT, _signal.SIGTSTP):
        _signal.signal(number, _signal.SIG_DFL)
    handled = [number for number in signals.PASSED_ON if _signal.getsignal(number) != _signal.SIG_IGN]
    for number in handled:
        _signal.signal(number, _signal.SIG_DFL)
    if plan.bwrap == "bwrap":
        namespaces.become(plan, channel, leader)
    else:
        _start_copy(plan, program, channel)


def _start_copy(plan: Plan, program: str, channel: int) -> None:
    import pickle

    given = namespaces.memory("plan", pickle.dumps(plan))
    os.set_inheritable(channel, True)
    for mount in plan.mounts:
        if getattr(mount, "opened", -1) >= 0:
            os.set_inheritable(mount.opened, True)  # type: ignore[attr-defined]
    words = [plan.bwrap, "--die-with-parent", "--dev-bind", "/", "/", "--"]
    os.execv(plan.bwrap, [*words, "/usr/bin/python3", "-IS", program, HELPER, str(given), str(channel)])


def become_below_a_copy(plan: str, channel: str) -> None:
    """What the starter does as the helper below a copy of bubblewrap. Never returns."""
    import pickle

    given = int(plan)
    wanted = pickle.loads(os.read(given, os.fstat(given).st_size))  # noqa: S301  # of our own parent
    os.close(given)
    kernel.die_with_parent(_signal.SIGKILL)
    namespaces.become(wanted, int(channel), os.getppid())
