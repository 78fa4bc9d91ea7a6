"""The target state: all that should be on a host, as one list of entries in the order in which they are put there.

Pure: it reads the config and the actual state, and touches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..config.keys import Config
from ..content import program, settings, shell
from ..content.claude_program import expected_path
from ..content.memory import memory
from ..content.seccomp import seccomp_filter
from ..host import paths, userns
from ..host.probe import Actual
from ..texts import block
from ..texts.block import Marks

PACKAGES = {
    "bubblewrap": "bwrap",
    "socat": "socat",
    "python3": "python3",
    "git": "git",
}  # package -> the command that shows it is there


EARLIER_PACKAGES = {"squid": "squid"}  # of earlier versions


@dataclass(frozen=True)
class Packages:
    name: str
    packages: Mapping[str, str]


@dataclass(frozen=True)
class Directory:
    name: str
    path: str
    mode: int


@dataclass(frozen=True)
class File:
    """A file that is wholly ours."""

    name: str
    path: str
    content: bytes
    mode: int


@dataclass(frozen=True)
class Program:
    """A folder of files that are wholly ours; `digest` is what the probe says of it, `archive` a tar of them."""

    name: str
    path: str
    digest: str
    archive: bytes


@dataclass(frozen=True)
class Seed:
    """A file that we put only where there is none; from then on it is Claude Code's."""

    name: str
    path: str
    content: bytes
    mode: int


@dataclass(frozen=True)
class MergedJson:
    """Our keys in the user's JSON object."""

    name: str
    path: str
    ours: Mapping[str, Any]
    mode: int


@dataclass(frozen=True)
class Block:
    """Our marked lines in the user's text."""

    name: str
    path: str
    body: bytes
    marks: Marks
    mode: int


@dataclass(frozen=True)
class Link:
    name: str
    path: str
    to: str


@dataclass(frozen=True)
class BwrapCopy:
    """A copy of the host's bubblewrap, the AppArmor profile that lets it make a jail, and what keeps it fresh."""

    name: str
    path: str


@dataclass(frozen=True)
class ClaudeProgram:
    """Claude Code, put at `path` by `install` where it is missing; never touched where it is there."""

    name: str
    path: str
    install: str


Entry = Packages | Directory | File | Program | Seed | MergedJson | Block | Link | BwrapCopy | ClaudeProgram


def target_state(config: Config, actual: Actual) -> Iterator[Entry]:
    """The entries for one host, but for the manifest, which describes them."""
    at = actual.path
    # First what can be refused (root rights), so that a refusal leaves nothing half done.
    yield Packages("packages", PACKAGES)
    if userns.needs_copy(config, actual):
        yield BwrapCopy("AppArmor profile", userns.PROFILE)
    yield Directory("config directory", at(paths.CONFIG_DIR), 0o700)
    # What binds a session comes before the wrapper that starts one.
    yield File("seccomp filter", at(paths.FILTER), seccomp_filter(actual.facts["arch"]), 0o644)
    yield File("enforced.json", at(paths.ENFORCED), settings.as_json(settings.enforced_settings(config)), 0o600)
    yield MergedJson("settings.json", at(paths.SETTINGS), settings.user_settings(config, actual.home), 0o600)
    yield Seed(".claude.json", at(paths.STATE), settings.as_json({"hasCompletedOnboarding": True}), 0o600)
    yield Program("session program", program.folder(actual), program.digest(), program.archive())
    yield File("values.json", at(paths.VALUES), program.values(config, actual), 0o644)
    yield File("model script", at(paths.MODEL), program.model_script(actual), 0o755)
    yield File("/local-model", at(paths.MODEL_COMMAND), settings.MODEL_COMMAND.encode(), 0o644)
    yield Block("CLAUDE.md", at(paths.MEMORY), memory(config), block.MARKDOWN, 0o644)
    yield Link("ide link", at(paths.IDE_LINK), at(paths.IDE))
    yield File("wrapper", at(paths.WRAPPER), program.wrapper(actual), 0o755)
    # Last, so that a shell never names a command that is not there yet.
    for rc in shell.rc_files(config, actual):
        yield Block(f"shell block in {shown(rc, actual)}", rc, shell.body(rc), block.SHELL, 0o644)
    # It comes from the vendor's servers: when they are not reached, all else is there.
    if config.claude.install != "never" and not config.claude.path:
        yield ClaudeProgram("claude", expected_path(config, actual), config.claude.install)


def probed_paths(config: Config) -> list[str]:
    """All the paths that the probe is asked about for this config: those managed, and the folders above them."""
    managed = [
        *(
            paths.CONFIG_DIR,
            paths.FILTER,
            paths.ENFORCED,
            paths.VALUES,
            f"{program.program_path()}/session",
            paths.SETTINGS,
            paths.STATE,
            paths.MEMORY,
            paths.IDE_LINK,
            paths.MODEL,
            paths.MODEL_COMMAND,
            paths.NOTE,
        ),
        *(userns.PROFILE, userns.HOOK),
        *(paths.WRAPPER, paths.MANIFEST, paths.BASH_RC, *paths.BASH_LOGIN),
        *(config.shell.rc if config.shell.rc != "auto" else ("~/.config/fish/config.fish",)),
    ]
    return list(dict.fromkeys(["~", *(parent for path in managed for parent in paths.above(path)), *managed]))


def shown(path: str, actual: Actual) -> str:
    """A path as people write it: `~` for the home."""
    return "~" + path[len(actual.home) :] if path.startswith(actual.home + "/") else path
