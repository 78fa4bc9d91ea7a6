"""A remedy of a host's as a line for the machine that one sits at: what is chosen goes into the inventory's data, what
the command does is done on that host, and what is typed there goes through ssh."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pyinfra.api import Host

from ..checks.report import Report
from ..config.file import value_from
from ..config.keys import keys
from ..engine.remote import ssh
from ..errors import FromHere
from ..host import paths
from ..session.words import NO_LINE, Remedy, in_turn, quoted, typed
from .inventory import in_editor

_SETUP = "claude-local-setup"
_UNIT = paths.UNIT.rpartition("/")[2]
_AND = re.compile(r"""('[^']*'|"(?:\\.|[^"\\])*")|\s&&\s""")


def as_from_here(report: Report, host: Host, source: str) -> Report:
    """`source`: the inventory."""
    return replace(
        report,
        steps=[replace(step, remedy=line(step.remedy, host, source)) for step in report.steps],
        findings=[replace(finding, remedy=line(finding.remedy, host, source)) for finding in report.findings],
    )


def line(remedy: Remedy, host: Host, source: str) -> FromHere:
    if isinstance(remedy, FromHere):
        return remedy
    found = (_from_here(command, host, source) for command in _commands(remedy))
    return FromHere(in_turn(*filter(None, found)))


def _commands(remedy: Remedy) -> Iterator[str]:
    """Its parts between those && that no quotes are around."""
    start = 0
    for found in _AND.finditer(remedy):
        if found[1] is None:
            yield remedy[start : found.start()]
            start = found.end()
    yield remedy[start:]


def _from_here(command: str, host: Host, source: str) -> Remedy:
    match shlex.split(command):
        case [] | ["exec" | "exit", *_]:  # of a shell that nobody has open there
            return NO_LINE
        case ["claude-local-setup", "config", "set", key, value] if value != "-":
            return _chosen(key, value, host, source)
        case ["claude-local-setup", "config", *_]:
            return in_editor(source)
        case ["claude-local-setup", "init"]:
            return in_turn(_chosen("server.install", "auto", host, source), _asked(["apply"], host, source))
        case ["claude-local-setup", "server", *words]:
            start = "start" in words
            return _there(f"systemctl --user start {_UNIT}" if start else f"journalctl --user -u {_UNIT}", host)
        case ["claude-local-setup", *words]:
            return _asked(words, host, source)
        case ["claude-local", *words]:
            return _there(f"{paths.WRAPPER} {shlex.join(words)}", host)
    return _there(command, host)


def _asked(words: list[str], host: Host, source: str) -> Remedy:
    return typed(_SETUP, *words, "-i", source, "--limit", host.name)


def _there(command: str, host: Host) -> Remedy:
    if host.name == "@local":
        return Remedy(command)
    return NO_LINE if host.name.startswith("@") else ssh(host, "-t", command=command)


def _chosen(key: str, value: str, host: Host, source: str) -> Remedy:
    """A line for the data of all hosts; where a host or its group says otherwise, that is to be changed by hand."""
    flat = keys()[key].flat
    if _is_its_own(flat, host):
        return in_editor(source)
    data = Path(source).parent / "group_data" if Path(source).is_file() else Path("group_data")
    written = Remedy(f"echo {quoted(f'{flat} = {_python(value_from(key, value))}')} >>{quoted(str(data / 'all.py'))}")
    return written if data.is_dir() else in_turn(typed("mkdir", "-p", str(data)), written)


def _python(value: object) -> str:
    return repr(value) if isinstance(value, bool) else json.dumps(value)


def _is_its_own(flat: str, host: Host) -> bool:
    known = host.state.inventory
    groups = [group for group in host.groups if group != "all"]
    return flat in known.get_host_data(host.name) or flat in known.get_groups_data(groups)
