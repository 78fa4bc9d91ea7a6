"""Our pyinfra operation: it carries out one planned step. And the fact behind the plan."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from pyinfra.context import ctx_host

from ..entries.actions import Step
from ..host.actual import Actual
from ..host.probe import command, read
from .root import as_root, password_of


class Probe(FactBase[Actual]):
    """The actual state of a host: the same script that runs without pyinfra on this machine."""

    def command(self, paths: tuple[str, ...]) -> StringCommand:
        return line(*command(paths))

    def process(self, output: list[str]) -> Actual:
        return read(output)


@operation()
def carry_out(step: Step, root: bool) -> Generator[StringCommand, None, None]:
    """Carries out one step of a plan, `root`: with sudo. One without an action changes nothing."""
    password = password_of(ctx_host.get()) if root else ""
    for one in step.action.commands if step.action else ():
        words, lines = as_root(password, one) if root else (one.words, one.given.splitlines())
        yield line(*words, _stdin=lines)


def line(*words: str, **arguments: Any) -> StringCommand:
    return StringCommand(*(QuoteString(word) for word in words), **arguments)
