"""What is done on a host, as data: a step, and the commands that carry it out, each whole or not at all."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

from ..session.words import NO_LINE, Remedy, in_turn, typed

Change = Literal["none", "pending", "changed", "failed"]
ABSENT = "absent"  # where the sum of a file's content is asked for


@dataclass(frozen=True)
class Command:
    words: tuple[str, ...]
    given: str = ""  # on its standard input


@dataclass(frozen=True)
class Action:
    """Commands, one after the other, as root or as the user; `gone`: the paths that are no more afterwards."""

    commands: tuple[Command, ...]
    root: bool = False
    seconds: int = 120  # how long one of them may take
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One entry's difference. A step that cannot be carried out has change "failed", an error and a remedy.

    `chosen`: what was chosen anew, by which all of the plan differs.
    `kept` says why something stays that is no longer ours to remove; then `remedy` says how to remove it all the same.
    """

    name: str
    change: Change = "none"
    diff: str = ""
    action: Action | None = None
    error: str = ""
    remedy: Remedy = NO_LINE
    kept: str = ""
    chosen: Sequence[str] = ()


def root_commands(steps: Iterable[Step]) -> list[Command]:
    """The exact commands that need root, in order."""
    actions = (step.action for step in steps)
    return [command for action in actions if action and action.root for command in action.commands]


def by_su(commands: Iterable[Command]) -> Remedy:
    """What needs root, each command with its input, where there is no sudo."""
    return typed("su", "-c", in_turn(*map(pasted, commands)))


def by_sudo(commands: Iterable[Command]) -> Remedy:
    return in_turn(*(pasted(command, "sudo") for command in commands))


def pasted(command: Command, *before: str) -> Remedy:
    """The command as a line for any shell, with its input; `before`: words that run it."""
    line = typed(*before, *command.words)
    given = typed("printf", r"%s\n", *command.given.splitlines())
    return Remedy(f"{given} | {line}") if command.given else line


_WAIT = ("-o", "DPkg::Lock::Timeout=60")
APT_UPDATE = Command(("apt-get", *_WAIT, "-q", "update"))
_APT_INSTALL = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *_WAIT, "-q", "-y", "--no-install-recommends")
_LONG = 900  # seconds: apt waits a minute for its lock, and downloads


def run(*commands: Command, root: bool) -> Action:
    return Action(commands, root, _LONG)


def apt_install(*packages: str) -> Command:
    return Command((*_APT_INSTALL, "install", *packages))


def install(packages: Iterable[str]) -> Action:
    return run(APT_UPDATE, apt_install(*packages), root=True)


def uninstall(packages: Iterable[str]) -> Action:
    """By dpkg, not apt-get: it refuses where another package needs one of them."""
    return run(Command(("dpkg", "--remove", *packages)), root=True)


def make_directory(path: str, mode: int) -> Action:
    return _one("mkdir", "-p", "-m", f"{mode:04o}", "--", path)


def set_mode(path: str, mode: int) -> Action:
    return _one("chmod", f"{mode:04o}", "--", path)


def make_link(path: str, to: str) -> Action:
    folder = path.rpartition("/")[0]
    return Action((Command(("mkdir", "-p", "--", folder)), Command(("ln", "-sfnT", "--", to, path))))


def rename(path: str, to: str) -> Action:
    """A file or link (never what it leads to), where nothing has that name."""
    return replace(_one("mv", "-nT", "--", path, to), gone=(path,))


def write(path: str, content: bytes, mode: int, expected: str) -> Action:
    """Replaces the file at `path` (no link) if it still has `expected` (SHA-256, or "absent")."""
    return _one(*_script("write"), path, f"{mode:04o}", expected, sha256(content), given=content)


def put_tree(path: str, archive: bytes) -> Action:
    """Puts the folder at `path` (no link) with just the files of a tar, whatever is there."""
    return _one(*_script("tree"), path, sha256(archive), given=archive)


def put_wheel(path: str, requirement: str) -> Action:
    """Puts the folder at `path`, where there is none, with a Python package's files; `requirement`: with its hash."""
    return Action((Command((*_script("wheel"), path, _text("pip.py")), requirement),), seconds=_LONG)


def remove_file(path: str, expected: str) -> Action:
    """Removes the file at `path` (no link) if it still has `expected` (SHA-256), or the link if it still says that."""
    return _one(*_script("remove"), "file", expected, path, gone=(path,))


def remove_folder(path: str) -> Action:
    """Removes the folder if it is empty by then."""
    return _one(*_script("remove"), "folder", path, gone=(path,))


def remove_all(paths: Iterable[str]) -> Action:
    """Removes files, links (never what they lead to) and folders with all that is in them."""
    known = tuple(paths)
    return _one(*_script("remove"), "all", *known, gone=known)


def remove_manifest(path: str, expected: str, top: str) -> Action:
    """Removes the manifest, and the folders from `top` down to it, at once."""
    return _one(*_script("remove"), "record", expected, path, top)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _one(*words: str, given: bytes | None = None, gone: tuple[str, ...] = ()) -> Action:
    text = "" if given is None else base64.encodebytes(given).decode("ascii") or "\n"
    return Action((Command(words, text),), gone=gone)


@cache
def _script(name: str) -> tuple[str, ...]:
    return ("sh", "-c", _text(f"{name}.sh"), name)


def _text(name: str) -> str:
    return (files(__package__) / "scripts" / name).read_text(encoding="utf-8")
