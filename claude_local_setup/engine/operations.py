"""Our pyinfra operation: it carries out one planned step. And the fact behind the plan."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pyinfra.api import FactBase, QuoteString, StringCommand, operation

from ..entries.actions import Step
from ..host.actual import Actual
from ..host.probe import command, read


class Probe(FactBase[Actual]):
    """The actual state of a host: the same script that runs without pyinfra on this machine."""

    def command(self, paths: tuple[str, ...]) -> StringCommand:
        return line(*command(paths))

    def process(self, output: list[str]) -> Actual:
        return read(output)


@operation()
def carry_out(step: Step) -> Generator[StringCommand, None, None]:
    """Carries out one step of a plan; a step without an action changes nothing."""
    for one in step.action.commands if step.action else ():
        yield line(*one.words, _stdin=one.given.splitlines())


def line(*words: str, **arguments: Any) -> StringCommand:
    return StringCommand(*(QuoteString(word) for word in words), **arguments)
