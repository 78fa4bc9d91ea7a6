"""What is done on a host, as data: a step, its action, and the commands that need root. operations.py does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Change = Literal["none", "pending", "changed", "failed"]
ABSENT = "absent"


@dataclass(frozen=True)
class Install:
    packages: tuple[str, ...]


@dataclass(frozen=True)
class MakeDirectory:
    path: str
    mode: int


@dataclass(frozen=True)
class SetMode:
    path: str
    mode: int


@dataclass(frozen=True)
class Write:
    """Replaces the file at `path` (no link) if it still has `expected` (SHA-256, or "absent")."""

    path: str
    content: bytes
    mode: int
    expected: str


@dataclass(frozen=True)
class PutTree:
    """Puts the folder at `path` (no link) with just the files of a tar, whatever is there."""

    path: str
    archive: bytes


@dataclass(frozen=True)
class MakeLink:
    path: str
    to: str


@dataclass(frozen=True)
class RemoveFile:
    """Removes the file at `path` (no link) if it still has `expected` (SHA-256), or the link if it still says that."""

    path: str
    expected: str


@dataclass(frozen=True)
class RemoveFolder:
    """Removes the folder if it is empty by then."""

    path: str


@dataclass(frozen=True)
class RemoveAll:
    """Removes files, links (never what they lead to) and folders with all that is in them."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class RemoveRecord:
    """Removes the manifest, and the folders from `top` down to it, at once."""

    top: str
    path: str
    expected: str


@dataclass(frozen=True)
class Uninstall:
    packages: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    words: tuple[str, ...]
    given: str = ""  # on its standard input


@dataclass(frozen=True)
class Run:
    """Commands, one after the other, as root or as the user."""

    commands: tuple[Command, ...]
    root: bool = False


Removal = RemoveFile | RemoveFolder | RemoveAll | RemoveRecord | Uninstall
Action = Install | Run | MakeDirectory | SetMode | Write | PutTree | MakeLink | Removal


@dataclass(frozen=True)
class Step:
    """One entry's difference. A step that cannot be carried out has change "failed", an error and a remedy.

    `kept` says why something stays that is no longer ours to remove; then `remedy` says how to remove it all the same.
    """

    name: str
    change: Change = "none"
    diff: str = ""
    action: Action | None = None
    error: str = ""
    remedy: str = ""
    kept: str = ""


def root_commands(steps: Iterable[Step]) -> list[list[str]]:
    """The exact commands that need root, in order."""
    return [command for step in steps for command in _as_root(step.action)]


def needs_root(action: Action | None) -> bool:
    return bool(_as_root(action))


def _as_root(action: Action | None) -> list[list[str]]:
    match action:
        case Install() | Uninstall():
            return package_commands(action)
        case Run(commands, root=True):
            return [list(command.words) for command in commands]
        case _:
            return []


_WAIT = ["-o", "DPkg::Lock::Timeout=60"]
APT_UPDATE = ["apt-get", *_WAIT, "-q", "update"]
APT_INSTALL = [
    *("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *_WAIT, "-q", "-y", "--no-install-recommends", "install")
]


def package_commands(action: Install | Uninstall) -> list[list[str]]:
    if isinstance(action, Uninstall):  # dpkg, not apt-get: it refuses where another package needs one of them
        return [["dpkg", "--remove", *action.packages]]
    return [APT_UPDATE, [*APT_INSTALL, *action.packages]]
