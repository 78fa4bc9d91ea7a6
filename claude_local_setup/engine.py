"""Carries a plan out through pyinfra on this machine, and says of each step what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from gevent import get_hub, monkey

monkey.patch_all()  # pyinfra is built on gevent: this must precede its import
get_hub().exception_stream = None  # on Ctrl-C gevent would print an exception of its own

from pyinfra.api import Config, Inventory, State  # noqa: E402
from pyinfra.api.connect import connect_all, disconnect_all  # noqa: E402
from pyinfra.api.exceptions import PyinfraError  # noqa: E402
from pyinfra.api.operations import run_ops  # noqa: E402
from pyinfra.api.state import BaseStateCallback, StateStage  # noqa: E402
from pyinfra.context import ctx_config, ctx_host, ctx_state  # noqa: E402

from .deploys import carry_out_all  # noqa: E402
from .plan import Step  # noqa: E402

Progress = Callable[[str], None]


def apply_here(steps: Sequence[Step], *, is_root: bool, progress: Progress) -> list[Step]:
    """Carries out the steps that are pending, in order, and stops at the first that fails.

    Returns all steps with what came of them: "changed", "failed" (with an error), or "pending" where it did not get to.
    """
    logging.getLogger("pyinfra").addHandler(logging.NullHandler())
    logging.getLogger("pyinfra").propagate = False
    state = State(Inventory((["@local"], {})), Config(), check_for_changes=False)
    pending = [step for step in steps if step.change == "pending"]
    state.add_callback_handler(_announcing(progress, pending)())
    state.set_stage(StateStage.Connect)
    connect_all(state)
    (host,) = state.inventory.get_active_hosts()
    state.set_stage(StateStage.Prepare)
    with ctx_state.use(state), ctx_config.use(state.config.copy()), ctx_host.use(host):
        carry_out_all(pending, is_root=is_root)
    state.set_stage(StateStage.Execute)
    try:
        run_ops(state)
    except PyinfraError:
        pass  # "no hosts remaining": each step says below what came of it
    finally:
        state.set_stage(StateStage.Disconnect)
        disconnect_all(state)
    metas = [state.ops[host][op_hash].operation_meta for op_hash in host.op_hash_order]
    outcome = {step.name: _outcome(step, meta) for step, meta in zip(pending, metas, strict=True)}
    return [outcome.get(step.name, step) for step in steps]


def _outcome(step: Step, meta: Any) -> Step:
    if not meta.is_complete():
        return step
    if meta.did_succeed():
        return replace(step, change="changed")
    said = [line.strip() for line in (meta.stderr_lines or meta.stdout_lines) if line.strip()]
    error = said[-1] if said else "the command failed and gave no reason"
    return replace(step, change="failed", error=error, remedy="mend that, then run this again")


def _announcing(progress: Progress, steps: Sequence[Step]) -> type[BaseStateCallback]:
    names = iter([step.name for step in steps])

    class Announcing(BaseStateCallback):
        @staticmethod
        def operation_host_start(_state: object, _host: object, _op_hash: str) -> None:
            progress(next(names))

    return Announcing
