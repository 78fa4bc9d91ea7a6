"""A claude-local by other hands, from before the first apply: what of it is taken over, and what is said of that.

By an alias with HOME=~/.claude-local its settings and sessions lie a folder further down; they stay there. Sessions are
found again by a workspace's first one (session/kept/adoption.py). Nothing confined that claude: what leads out of there
by a link is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..config.keys import Config
from ..content.shell import ALIAS_FILES, rc_files
from ..entries.actions import Step
from ..entries.entry import Entry
from ..entries.link import Link
from ..entries.marked_block import Block
from ..entries.ours import SIGNATURE
from ..entries.set_aside import SetAside, aside
from ..host import paths
from ..host.actual import Actual
from ..session.kept.adoption import EARLIER
from ..session.kept.state import SHARED
from ..user_files import json_merge, old_alias
from ..user_files.block import SHELL

PROGRAM = "~/bin/claude-local"
_ASIDE = "earlier program"
_HOME = f"{paths.CONFIG_DIR}/{EARLIER}"
_SETTINGS, _MEMORY = f"{_HOME}/settings.json", f"{_HOME}/CLAUDE.md"
_LINKED = [name for name in SHARED if name not in ("CLAUDE.md", "commands")]  # of those there are ours
PROBED = (
    *(_SETTINGS, _MEMORY, *(f"{_HOME}/{name}" for name in _LINKED)),
    *(f"{paths.CONFIG_DIR}/{name}" for name in _LINKED),
    *(PROGRAM, aside(PROGRAM), *ALIAS_FILES),
)


def settings(actual: Actual) -> bytes:
    """What settings.json begins with; nothing where it could not be merged with ours."""
    text = _content(_SETTINGS, actual)
    try:
        json_merge.parsed(text)
    except (ValueError, RecursionError):
        return b""
    return text


def instructions(actual: Actual) -> bytes:
    return _content(_MEMORY, actual)


def _content(path: str, actual: Actual) -> bytes:
    return (_is_within(path, actual) and actual.node(actual.path(path)).content) or b""


def _is_within(path: str, actual: Actual) -> bool:
    """Whether it is there, and lies in the earlier home itself."""
    real, home = actual.node(actual.path(path)).real, actual.node(actual.path(paths.CONFIG_DIR)).real
    return bool(real) and real == f"{home}{path.removeprefix(paths.CONFIG_DIR)}"


def links(actual: Actual) -> Iterator[Entry]:
    """What else sessions read of the user's, where the config directory has nothing by that name."""
    for name in _LINKED:
        path, to = (actual.path(f"{folder}/{name}") for folder in (paths.CONFIG_DIR, _HOME))
        node = actual.node(path)
        if (
            not actual.is_absent(to)
            and _is_within(f"{_HOME}/{name}", actual)
            and (node.kind == "absent" or node.to == to)
        ):
            yield Link(f"earlier {name}", path, to)


def program(actual: Actual) -> Iterator[Entry]:
    path = actual.path(PROGRAM)
    if not actual.is_absent(aside(path)) or _is_others(path, actual):
        yield SetAside(_ASIDE, path)


def aliases(config: Config, actual: Actual) -> Iterator[Entry]:
    """In files that get no block of ours; those with one are seen to there. None where rc files were chosen."""
    others = set(map(actual.path, ALIAS_FILES)) - set(rc_files(config, actual))
    for path in sorted(others) if config.shell.rc == "auto" else ():
        node = actual.node(path)
        is_own = node.writable and (actual.is_root or node.uid == int(actual.facts["uid"]))
        if is_own and old_alias.is_any(node.content or b""):
            yield Block(f"earlier alias in {actual.shown(path)}", path, b"", SHELL, 0o644)


def shadowing(config: Config, actual: Actual) -> Iterator[tuple[str, str]]:
    """What shells may find first: the step that takes it over, and what it is."""
    blocks = [(f"shell block in {actual.shown(path)}", path) for path in rc_files(config, actual)]
    for step, path in [*blocks, *((entry.name, entry.path) for entry in aliases(config, actual))]:
        for number in old_alias.numbers(actual.node(path).content or b""):
            yield step, f"an alias claude-local in {actual.shown(path)}, line {number},"
    if _is_others(actual.path(PROGRAM), actual):
        yield _ASIDE, f"{PROGRAM}, which is not ours,"


def told(config: Config, actual: Actual, steps: Iterable[Step]) -> Iterator[str]:
    """A line for each thing that these steps take over."""
    pending = {step.name for step in steps if step.change == "pending"}
    for step, what in shadowing(config, actual):
        if step in pending:
            yield f"{what} is " + (f"kept as {aside(PROGRAM)}" if step == _ASIDE else "put out of force")
    if "wrapper" in pending and _is_others(actual.path(paths.WRAPPER), actual):
        yield f"{paths.WRAPPER} is not ours: it is replaced, and remove brings it back"
    if "settings.json" in pending and actual.is_absent(actual.path(paths.SETTINGS)) and _earlier(actual):
        yield f"{_HOME} has {' and '.join(_earlier(actual))} of an earlier claude-local: used from there, not changed"


def _earlier(actual: Actual) -> list[str]:
    names = actual.names(actual.path(_HOME))
    return ["settings"] * ("settings.json" in names) + ["sessions"] * ("projects" in names)


def _is_others(path: str, actual: Actual) -> bool:
    """Whether a program is there that neither is ours nor leads to it."""
    node, ours = actual.node(path), actual.path(paths.WRAPPER)
    leads_to_us = path != ours and node.real == actual.node(ours).real
    return node.kind == "file" and not leads_to_us and SIGNATURE not in (node.content or b"")[:1000]
