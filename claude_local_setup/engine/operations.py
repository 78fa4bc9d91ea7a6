"""Our pyinfra operations: each carries out one planned step, as one atomic command. And the fact behind the plan."""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterator
from importlib.resources import files
from typing import Any

from pyinfra.api import FactBase, QuoteString, StringCommand, operation

from ..entries.actions import (
    Action,
    Install,
    MakeDirectory,
    MakeLink,
    PutTree,
    RemoveAll,
    RemoveFile,
    RemoveFolder,
    RemoveRecord,
    Run,
    SetMode,
    Step,
    Uninstall,
    Write,
    package_commands,
)
from ..entries.record import sha256
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
    if step.action is not None:
        yield from _commands(step.action)


def seconds(step: Step) -> int:
    """How long one command of the step may take; apt waits a minute for its lock, and downloads."""
    return 900 if isinstance(step.action, Install | Uninstall | Run) else 120


def _commands(action: Action) -> Iterator[StringCommand]:
    match action:
        case Install() | Uninstall():
            yield from (line(*words) for words in package_commands(action))
        case Run(commands):
            yield from (line(*command.words, _stdin=command.given.splitlines()) for command in commands)
        case MakeDirectory(path, mode):
            yield line("mkdir", "-p", "-m", f"{mode:04o}", "--", path)
        case SetMode(path, mode):
            yield line("chmod", f"{mode:04o}", "--", path)
        case MakeLink(path, to):
            yield line("ln", "-sfnT", "--", to, path)
        case Write(path, content, mode, expected):
            words = [*_script("write"), path, f"{mode:04o}", expected, sha256(content)]
            yield line(*words, _stdin=_base64_lines(content))
        case PutTree(path, archive):
            yield line(*_script("tree"), path, sha256(archive), _stdin=_base64_lines(archive))
        case RemoveFile(path, expected):
            yield line(*_script("remove"), "file", expected, path)
        case RemoveFolder(path):
            yield line(*_script("remove"), "folder", path)
        case RemoveAll(paths):
            yield line(*_script("remove"), "all", *paths)
        case RemoveRecord(top, path, expected):
            yield line(*_script("remove"), "record", expected, path, top)


def _script(name: str) -> list[str]:
    text = (files(__package__) / "scripts" / f"{name}.sh").read_text(encoding="utf-8")
    return ["sh", "-c", text, name]


def line(*words: str, **arguments: Any) -> StringCommand:
    return StringCommand(*(QuoteString(word) for word in words), **arguments)


def _base64_lines(content: bytes) -> list[str]:
    return base64.encodebytes(content).decode("ascii").splitlines() or [""]
