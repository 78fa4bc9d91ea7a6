"""The target state: all that should be on a host, as one list of entries in the order in which they are put there.

Pure: it reads the config and the actual state, and touches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..config.keys import Config
from ..content import memory, program, settings, shell
from ..content.seccomp import seccomp_filter
from ..content.setup import setup
from ..entries.bwrap_copy import BwrapCopy
from ..entries.claude_program import ClaudeProgram
from ..entries.directory import Directory
from ..entries.entry import Entry
from ..entries.file import File
from ..entries.link import Link
from ..entries.marked_block import Block
from ..entries.merged_json import MergedJson
from ..entries.packages import Packages
from ..entries.program import Program
from ..entries.seed import Seed
from ..host import paths
from ..host.actual import Actual
from ..user_files.block import MARKDOWN, SHELL

# package -> the command that shows it is there
PACKAGES = {"bubblewrap": "bwrap", "socat": "socat", "python3": "python3", "git": "git"}
EARLIER_PACKAGES = {"squid": "squid"}  # of earlier versions


def target_state(config: Config, actual: Actual) -> Iterator[Entry]:
    """The entries for one host, but for the manifest, which describes them."""
    at, given = actual.path, setup(config, actual)
    # First what can be refused (root rights), so that a refusal leaves nothing half done.
    yield Packages("packages", PACKAGES)
    if given.needs_copy:
        yield BwrapCopy("AppArmor profile")
    yield Directory("config directory", at(paths.CONFIG_DIR), 0o700)
    # What binds a session comes before the wrapper that starts one.
    yield File("seccomp filter", at(paths.FILTER), seccomp_filter(actual.facts["arch"]), 0o644)
    yield File("enforced.json", at(paths.ENFORCED), given.enforced, 0o600)
    yield MergedJson("settings.json", at(paths.SETTINGS), settings.user_settings(config, actual.home), 0o600)
    yield Seed(".claude.json", at(paths.STATE), settings.as_json({"hasCompletedOnboarding": True}), 0o600)
    yield Program("session program", program.folder(actual), program.digest(), program.archive())
    yield File("values.json", at(paths.VALUES), program.values(given), 0o644)
    yield File("model script", at(paths.MODEL), program.model_script(actual), 0o755)
    yield File("/local-model", at(paths.MODEL_COMMAND), settings.MODEL_COMMAND.encode(), 0o644)
    yield Block("CLAUDE.md", at(paths.MEMORY), memory.memory(config), MARKDOWN, 0o644)
    yield Link("ide link", at(paths.IDE_LINK), at(paths.IDE))
    yield File("wrapper", at(paths.WRAPPER), program.wrapper(actual), 0o755)
    # Last, so that a shell never names a command that is not there yet.
    for rc in shell.rc_files(config, actual):
        yield Block(f"shell block in {actual.shown(rc)}", rc, shell.body(rc), SHELL, 0o644)
    # It comes from the vendor's servers: when they are not reached, all else is there.
    if config.claude.install != "never" and not config.claude.path:
        yield ClaudeProgram("claude", given.claude, config.claude.install)


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
        *(paths.PROFILE, paths.APT_HOOK),
        *(paths.WRAPPER, paths.MANIFEST, paths.BASH_RC, *paths.BASH_LOGIN),
        *(config.shell.rc if config.shell.rc != "auto" else ("~/.config/fish/config.fish",)),
    ]
    return list(dict.fromkeys(["~", *(parent for path in managed for parent in paths.above(path)), *managed]))
