"""The manifest: what we put on a host and what was there before. Kept small, and written before what it describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .. import __version__
from ..entries.claude_program import ClaudeProgram
from ..entries.entry import Entry, key
from ..entries.file import File
from ..entries.ours import missing_folders, there_without_content
from ..entries.packages import Packages
from ..entries.record import Before, Put, Record
from ..host import paths
from ..host.actual import Actual

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What an earlier apply recorded, in the order in which it was put there; empty where there was none.

    `own` and `config` say what was there before of the manifest's and the config's place. `found`: there is one, and it
    can be read.
    """

    records: Sequence[Record] = ()
    own: Before = field(default_factory=Before)
    config: Before | None = None
    normal: Mapping[str, str] | None = None
    found: bool = False

    @staticmethod
    def read(actual: Actual) -> Manifest:
        content = actual.node(actual.path(paths.MANIFEST)).content
        try:
            return _manifest(json.loads(content or b""))
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
            return Manifest()

    def record(self, entry: Entry) -> Record | None:
        """What was recorded of the entry's place."""
        return next((known for known in self.records if known.key == key(entry)), None)


def _manifest(value: Any) -> Manifest:
    normal = value.get("normal_claude")
    return Manifest(
        records=[Record.read(raw) for raw in value["entries"]],
        own=Before.read(value["before"]),
        config=Before.read(value["config"]),
        normal=normal if isinstance(normal, dict) else None,
        found=True,
    )


def manifest_entry(entries: Iterable[Entry], actual: Actual, earlier: Manifest, stale: Iterable[Record] = ()) -> File:
    """The manifest itself, as an entry. `stale`: records of what is no longer an entry, and still there."""
    wanted = list(entries)
    records = [*stale, *(_record(entry, actual, earlier) for entry in wanted)]
    content = {
        "format": FORMAT,
        "version": __version__,
        "entries": [record.as_json() for record in records],
        "before": (earlier.own if earlier.found else Before(made=own_folders(actual))).as_json(),
        "config": (earlier.config or there_without_content(actual.facts["config"], actual)).as_json(),
        "normal_claude": {"settings": actual.normal.settings, "program": _program(wanted, actual)},
    }
    # ASCII: a name on a disk need not be UTF-8.
    return File("manifest", actual.path(paths.MANIFEST), json.dumps(content, indent=2).encode() + b"\n", 0o600)


def _program(entries: Iterable[Entry], actual: Actual) -> str:
    """The normal claude's place, also where it is installed only now."""
    put = (entry.path for entry in entries if isinstance(entry, ClaudeProgram))
    return next(put, actual.facts["claude"])


def _record(entry: Entry, actual: Actual, earlier: Manifest) -> Record:
    known, now = earlier.record(entry), entry.put()
    if known is None:
        return Record(entry.name, type(entry).__name__, now, Put(), entry.before(actual))
    # What was asked for once may be installed still, whatever is asked for now.
    now = replace(now, packages=tuple(dict.fromkeys((*known.put.packages, *now.packages))))
    # A run may be killed between the manifest and the file: what stood there until now is ours as well.
    was = known.was if known.put == now else known.put
    return Record(entry.name, type(entry).__name__, now, was, _still_before(entry, actual, known))


def _still_before(entry: Entry, actual: Actual, known: Record) -> Before:
    """What was there before: of packages that an earlier version did not ask for, what is there now."""
    if not isinstance(entry, Packages):
        return known.before
    new = [name for name in entry.before(actual).packages if name not in known.put.packages]
    return replace(known.before, packages=(*known.before.packages, *new))


def own_folders(actual: Actual) -> tuple[str, ...]:
    """The folders around the manifest that are ours, outermost first.

    Those that are not there; and those that hold nothing but each other, if a run was killed before it wrote it.
    """
    state_dir = actual.path(paths.STATE_DIR)
    missing = missing_folders(actual.path(paths.MANIFEST), actual)
    if actual.is_absent(state_dir):
        return missing
    ours = [state_dir]
    for folder in reversed(paths.above(state_dir)):
        if folder == actual.home or set(actual.names(folder)) - {ours[0].rpartition("/")[2]}:
            break
        ours.insert(0, folder)
    return tuple(ours)
