"""One machine of an inventory, asked through pyinfra's connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from pyinfra.api import Host, State

from ..checks import trials
from ..config.keys import FLAT_PREFIX, Config, from_flat
from ..engine import remote
from ..engine.operations import Probe, line
from ..errors import ConfigError, FromHere, SetupError
from ..host.probe import read
from ..session.server.addresses import base_of
from ..session.words import typed
from .inventory import in_editor
from .machine import Found, Machine

if TYPE_CHECKING:
    from ..checks.trials import Trials
    from ..host.actual import Actual
    from ..session.server.http import Dial

PROBE_SECONDS = 60
TRIALS_SECONDS = 240


@dataclass(frozen=True)
class Inventory:
    """What the machines of one run share."""

    state: State
    source: str
    hosts: Sequence[Host]
    known: dict[object, str] = field(default_factory=dict)  # what a host is recognised by -> its first name
    bad_data: list[ConfigError] = field(default_factory=list)


@dataclass(frozen=True)
class RemoteMachine:
    host: Host
    run: Inventory

    @property
    def name(self) -> str:
        return str(self.host.name)

    def config(self) -> Config:
        data = self.host.data.dict()
        given = {name: value for name, value in data.items() if name.startswith(FLAT_PREFIX)}
        try:
            return from_flat(given, f"{self.run.source}, data of {self.name}")
        except ConfigError as error:
            bad = ConfigError(error.problem, remedy=in_editor(self.run.source))
            self.run.bad_data.append(bad)
            raise bad from None

    def reach(self) -> None:
        remote.connect(self.host)
        first = self.run.known.setdefault(remote.identity(self.host), self.name)
        if first != self.name:
            raise SetupError(f"the same machine and user as {first}: name it once", remedy=in_editor(self.run.source))

    def ask(self, paths: Sequence[str]) -> Actual:
        _, lines, errors = remote.answer(self.host, Probe().command(tuple(paths)), seconds=PROBE_SECONDS)
        try:
            return read(lines)
        except SetupError as error:
            said = f": it said {errors[-1][:200]!r}" if errors else ""
            raise SetupError(f"{error.problem}{said}", remedy=FromHere(remote.ssh(self.host))) from None

    def tried(self, config: Config, actual: Actual) -> Trials:
        command = line(*trials.command(config, actual))
        _, lines, _ = remote.answer(self.host, command, seconds=TRIALS_SECONDS)
        return trials.read("\n".join(lines))

    def dial(self, config: Config) -> Dial | None:
        line = remote.dial_from(self.host)
        if line is not None and config.server.base_url.startswith("https:"):
            problem = "a server with https is not asked through SSH: it can be asked on that machine"
            asked = typed("curl", "-s", f"{base_of(config.server.base_url)}/v1/models")
            raise SetupError(problem, remedy=FromHere(remote.ssh(self.host, command=asked)))
        return line


def host_of(item: Found | Machine) -> Host:
    return cast(RemoteMachine, item.machine if isinstance(item, Found) else item).host
