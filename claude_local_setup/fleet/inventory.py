"""Which hosts: an inventory as pyinfra reads it, or names on the command line; and those that --limit leaves."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from fnmatch import fnmatch
from pathlib import Path

from pyinfra.api import Host, Inventory, State
from pyinfra.context import ctx_state
from pyinfra_cli.inventory import make_inventory_from_files

from ..errors import USAGE, FromHere, SetupError
from ..session.words import NO_LINE, Remedy, edited, in_turn, quoted, typed

_ONE_HOST = 'workstations = ["dev@host-1.example"]'
_PARTS = re.compile(r"[,\s]+")
_MANY = 12  # names that are no answer any more
_ADDRESS = re.compile(r"(?:(?P<user>[^@]+)@)?(?P<host>\[[^\]]+\]|[^:@\[\]]+)(?::(?P<port>\d+))?")


def load(source: str, state: State) -> Inventory:
    """The inventory with all its data, pyinfra's own precedence kept. SetupError with exit code 2 if there is none."""
    state.cwd = str(Path.cwd())
    ctx_state.set(state)
    try:
        with redirect_stdout(sys.stderr):  # standard output is for the answer, not for what the file prints
            inventory: Inventory = make_inventory_from_files(_checked(source), cwd=state.cwd)
    except SetupError:
        raise
    except Exception as error:  # it is Python of the user's: anything can come out of it
        problem = f"{source} cannot be read: {_reason(error)}"
        raise SetupError(problem, remedy=FromHere(typed("python3", source)), exit_code=USAGE) from None
    if not len(inventory):
        raise SetupError(
            f'{source} names no hosts: workstations = ["host-1", "host-2"] in it would name two',
            remedy=in_editor(source),
            exit_code=USAGE,
        )
    for host in inventory:
        _spell_out(inventory, host)
    return inventory


def chosen(inventory: Inventory, limit: Sequence[str]) -> list[Host]:
    """The hosts that `limit` names: hosts, groups, patterns; several also with commas. All where it names none."""
    patterns = [part for item in limit for part in _PARTS.split(item) if part]
    if limit and not patterns:  # a variable of a script's that is empty would mean all of them
        raise SetupError("--limit names no host or group", remedy=NO_LINE, exit_code=USAGE)
    for pattern in patterns:
        if not any(_matches(host, pattern) for host in inventory):
            problem = f"--limit {pattern}: no such host or group{_meant(pattern, inventory)}"
            raise SetupError(problem, remedy=NO_LINE, exit_code=USAGE)
    return [host for host in inventory if not patterns or any(_matches(host, pattern) for pattern in patterns)]


def _meant(pattern: str, inventory: Inventory) -> str:
    from difflib import get_close_matches

    known = sorted({name for host in inventory for name in (host.name, *host.groups)})
    if near := get_close_matches(pattern, known):
        return f", did you mean {' or '.join(near)}?"
    return f"; there are {', '.join(known)}" if len(known) <= _MANY else f"; there are {len(inventory)} hosts"


def in_editor(source: str) -> FromHere:
    """The inventory opened; nothing where it is no file but a list of names."""
    return FromHere(edited(source) if Path(source).is_file() else "")


def _new(source: str) -> FromHere:
    """One that names a host, opened."""
    folder = str(Path(source).parent)
    written = f"echo {quoted(_ONE_HOST)} >{quoted(source)}"
    return FromHere(in_turn(typed("mkdir", "-p", folder), Remedy(written), edited(source)))


def is_listed_twice(host: Host, source: str) -> bool:
    """pyinfra quietly makes one of them, with the data of the last."""
    once = 2 if host.name.startswith("@") else 1  # it names the groups of a connector's host twice
    return any(host.groups.count(group) > once for group in host.groups) or source.split(",").count(host.name) > 1


def _checked(source: str) -> str:
    path = Path(source)
    if path.is_dir():
        raise SetupError(
            f"{source} is a folder: name a file in it", remedy=FromHere(typed("ls", source)), exit_code=USAGE
        )
    if path.exists():
        return source
    if source.endswith(".py") or ("/" in source and "@" not in source):
        raise SetupError(
            f"no inventory at {source}",
            remedy=_new(source),
            exit_code=USAGE,
        )
    return ",".join(part.strip() for part in source.split(",") if part.strip())


def _spell_out(inventory: Inventory, host: Host) -> None:
    """`user@host:port` as the data that pyinfra asks for: it would take the whole for the host's name."""
    address = _ADDRESS.fullmatch(host.name)
    if host.name.startswith("@") or address is None or not (address["user"] or address["port"]):
        return
    data = inventory.host_data[host.name]
    data.setdefault("ssh_hostname", address["host"].strip("[]"))
    if address["user"]:
        data.setdefault("ssh_user", address["user"])
    if address["port"]:
        data.setdefault("ssh_port", int(address["port"]))


def _matches(host: Host, pattern: str) -> bool:
    names = [host.name, str(host.data.get("ssh_hostname") or host.name), "all", *host.groups]
    return any(name == pattern or fnmatch(name, pattern) for name in names)  # [::1] is a name, and no pattern for it


def _reason(error: Exception) -> str:
    inner = getattr(error, "exception", None) or error
    return f"{type(inner).__name__}: {inner}"
