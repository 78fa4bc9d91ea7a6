"""Which machines a command is about: this one, or those that an inventory and --limit name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .machine import Fleet


@dataclass(frozen=True)
class Hosts:
    """As the command line names them; no `inventory`: this machine."""

    inventory: str | None = None
    limit: Sequence[str] = ()

    @property
    def words(self) -> str:
        """As they are typed, with a space before."""
        named = () if self.inventory is None else (self.inventory,)
        options = [("-i", name) for name in named] + [("--limit", name) for name in self.limit]
        return "".join(f" {option} {shlex.quote(name)}" for option, name in options)


@contextmanager
def opened(hosts: Hosts) -> Iterator[Fleet]:
    """SetupError with exit code 2 where they name none."""
    if hosts.inventory is None:
        from .here import Here

        yield Here()
        return
    from .there import opened_inventory

    with opened_inventory(hosts.inventory, hosts.limit) as fleet:
        yield fleet
