"""The manifest: what we put on a host and what was there before. Kept small, and written before what it describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .. import __version__
from ..host import paths
from ..host.probe import Actual
from .record import Before, Put, Record, place, put
from .record import sha256 as sha256
from .target import ClaudeProgram, Directory, Entry, File, MergedJson, Packages

FORMAT = 1
SIGNATURE = b"`claude-local-setup apply` writes this file"  # in the wrapper's head


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
        return next((known for known in self.records if known.key == place(entry)), None)

    def earlier_json(self, entry: Entry) -> tuple[Sequence[Mapping[str, Any]], bytes]:
        """The keys that earlier applies put into the entry's file, and the file as it was before the first."""
        known = self.record(entry)
        return ([known.put.keys, known.was.keys], known.before.content or b"") if known else ([], b"")

    def earlier_bodies(self, entry: Entry) -> list[bytes]:
        known = self.record(entry)
        return [known.put.body.encode(), known.was.body.encode()] if known else []


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
        "config": (earlier.config or _without_content(before(actual.facts["config"], actual))).as_json(),
        "normal_claude": {"settings": actual.normal.settings, "program": _program(wanted, actual)},
    }
    # ASCII: a name on a disk need not be UTF-8.
    return File("manifest", actual.path(paths.MANIFEST), json.dumps(content, indent=2).encode() + b"\n", 0o600)


def _program(entries: Iterable[Entry], actual: Actual) -> str:
    """The normal claude's place, also where it is installed only now."""
    put = (entry.path for entry in entries if isinstance(entry, ClaudeProgram))
    return next(put, actual.facts["claude"])


def _record(entry: Entry, actual: Actual, earlier: Manifest) -> Record:
    known, now = earlier.record(entry), put(entry)
    if known is None:
        return Record(entry.name, type(entry).__name__, now, Put(), _before(entry, actual, earlier))
    # What was asked for once may be installed still, whatever is asked for now.
    now = replace(now, packages=tuple(dict.fromkeys((*known.put.packages, *now.packages))))
    # A run may be killed between the manifest and the file: what stood there until now is ours as well.
    was = known.was if known.put == now else known.put
    return Record(entry.name, type(entry).__name__, now, was, _still_before(entry, actual, known))


def _still_before(entry: Entry, actual: Actual, known: Record) -> Before:
    """What was there before: of packages that an earlier version did not ask for, what is there now."""
    if not isinstance(entry, Packages):
        return known.before
    there = _before(entry, actual, Manifest()).packages
    new = [name for name in there if name not in known.put.packages]
    return replace(known.before, packages=(*known.before.packages, *new))


def _before(entry: Entry, actual: Actual, earlier: Manifest) -> Before:
    """What was there before the first apply."""
    match entry:
        case Packages():
            return Before(packages=tuple(name for name, command in entry.packages.items() if actual.facts[command]))
        case Directory():
            return Before() if not earlier.found and is_config_dir_ours(actual) else before(entry.path, actual)
        case File() if is_ours(entry, actual):
            return Before()
        case File() | MergedJson():
            return before(entry.path, actual)
    return _without_content(before(entry.path, actual))


def _without_content(there: Before) -> Before:
    return replace(there, content=None)


def before(path: str, actual: Actual) -> Before:
    """What is at `path`, and which folders above it are not there."""
    node = actual.node(path)
    return Before(
        kind=node.kind,
        mode=node.mode if node.kind in ("file", "directory") else None,
        content=node.content if node.kind == "file" else None,
        to=node.to,
        had=actual.names(path) if node.kind == "directory" else (),
        made=missing_folders(path, actual),
    )


def is_config_dir_ours(actual: Actual) -> bool:
    """Whether apply made the config directory though no manifest says so: it still works, or remove has left a note."""
    return any(actual.node(actual.path(sign)).kind == "file" for sign in (paths.ENFORCED, paths.NOTE))


def is_ours(entry: File, actual: Actual) -> bool:
    """Whether the file is one of ours though no manifest says so: as it should be, or signed by an earlier version."""
    wrapper = actual.node(actual.path(paths.WRAPPER)).content or b""
    in_config_dir = entry.path.startswith((actual.path(paths.CONFIG_DIR) + "/", actual.path(paths.PRODUCT) + "/"))
    content = actual.node(entry.path).content
    signed = SIGNATURE in wrapper[:1000]
    return content is not None and (content == entry.content or (signed and (in_config_dir or content == wrapper)))


def missing_folders(path: str, actual: Actual) -> tuple[str, ...]:
    """The folders above `path` that are not there, outermost first."""
    return tuple(folder for folder in paths.above(path) if folder in actual.nodes and actual.is_absent(folder))


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
