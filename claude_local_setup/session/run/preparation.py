"""From what is there to the plan of a run: what the helper is told, and what is published."""

from __future__ import annotations

from ..git import settings
from ..jail import rules
from ..jail.plan import Plan
from ..linux.files import read_whole
from ..shown import environment, programs
from ..shown.mounted import read_whole_table
from ..words import APPLY, Refusal, say
from .scene import Scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..values import Values


def plan(made: Scene, command: Sequence[str], variables: Sequence[tuple[str, str]]) -> Plan:
    """The whole of what the helper is told."""
    values = made.values
    wanted = Plan()
    wanted.bwrap = values.bwrap
    wanted.mounts = made.mounts()
    wanted.root = made.there.product
    kept = [tree.place for tree in made.there.caches]
    wanted.makes = [f"{values.real_home}/.claude-local", *kept]
    wanted.private = values.network == "private"
    wanted.listen = [way.place for way in made.ways.ways]
    wanted.nested = values.nested
    wanted.processes = values.processes
    wanted.seccomp = _filter(values)
    wanted.options = rules.options(made.there, made.workspace.cwd)
    wanted.environment = [f"{name}={value}" for name, value in _environment(made, variables)]
    wanted.command = command
    return wanted


def _filter(values: Values) -> bytes:
    path = f"{values.product}/seccomp.bpf"
    content = read_whole(path, follow=False)
    if not content:
        raise Refusal(f"{path} is missing", remedy=APPLY)
    return content


def _environment(made: Scene, variables: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    yield "PATH", made.path
    yield from environment.passed(made.values)
    yield from environment.own(made.values, made.workspace.root)
    yield from settings.environment()
    for name, value, _ in programs.of_variables(made.guide):
        yield name, value
    yield from variables


def publish(values: Values) -> dict[int, int]:
    """Listening sockets of this machine's for the ports to publish; a port that is taken is said, and left out."""
    from ..network import relays

    made: dict[int, int] = {}
    for port in values.publish if values.network == "private" else []:
        listeners = relays.publish(port)
        if not listeners:
            why = "is for root alone on this machine" if port < _least_port() else "is taken on this machine"
            say(f"port {port}, which network.publish names, {why}: this session does not show it")
        made |= dict.fromkeys(listeners, port)
    return made


def _least_port() -> int:
    """The first that any user may listen on."""
    written = read_whole_table("/proc/sys/net/ipv4/ip_unprivileged_port_start").strip()
    return int(written) if written.isdigit() else 1024
