"""The manifest: what we put on a host and what was there before. Kept small, and written before what it describes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import __version__, paths, userns
from .probe import Actual
from .settings import as_json
from .target import Block, BwrapCopy, ClaudeProgram, Directory, Entry, File, Link, MergedJson, Packages, Seed

FORMAT = 1


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Manifest:
    """What an earlier apply recorded: entries by name; nothing where there was none or it cannot be read."""

    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    normal: Mapping[str, str] | None = None

    @staticmethod
    def read(actual: Actual) -> Manifest:
        content = actual.node(actual.path(paths.MANIFEST)).content
        try:
            value = json.loads(content or b"{}")
            entries = {entry["name"]: entry for entry in value.get("entries", [])}
            return Manifest(entries, value.get("normal_claude"))
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
            return Manifest()

    def put(self, name: str) -> Mapping[str, Any]:
        """The JSON keys that an earlier apply put into the entry of that name."""
        put = self.entries.get(name, {}).get("put")
        return put if isinstance(put, dict) else {}


def manifest_entry(entries: Iterable[Entry], actual: Actual, earlier: Manifest) -> File:
    """The manifest itself, as an entry."""
    known = list(entries)
    content = {
        "format": FORMAT,
        "version": __version__,
        "entries": [_record(entry, actual, earlier) for entry in known],
        "normal_claude": {"settings": actual.normal.settings, "program": _program(known, actual)},
    }
    return File("manifest", actual.path(paths.MANIFEST), as_json(content), 0o600)


def _program(entries: Iterable[Entry], actual: Actual) -> str:
    """The normal claude's place, also where it is installed only now."""
    put = (entry.path for entry in entries if isinstance(entry, ClaudeProgram))
    return next(put, actual.facts["claude"])


def _record(entry: Entry, actual: Actual, earlier: Manifest) -> dict[str, Any]:
    before = earlier.entries.get(entry.name, {}).get("before", _before(entry, actual))
    return {"name": entry.name, "kind": type(entry).__name__, **_put(entry), "before": before}


def _put(entry: Entry) -> dict[str, Any]:
    """What we put, with enough of it to know it again."""
    match entry:
        case Packages():
            return {"packages": list(entry.packages)}
        case BwrapCopy():
            return {"path": entry.path, "paths": [userns.COPY, userns.PROFILE, userns.HOOK]}
        case ClaudeProgram():
            return {"path": entry.path, "install": entry.install}
        case Directory() | Link():
            return {"path": entry.path}
        case File() | Seed():
            return {"path": entry.path, "sha256": sha256(entry.content)}
        case Block():
            return {"path": entry.path, "sha256": sha256(entry.body), "body": entry.body.decode()}
        case MergedJson():
            return {"path": entry.path, "put": entry.ours}


def _before(entry: Entry, actual: Actual) -> Any:
    """What was there before the first apply: the packages, or the kind, and a file's bytes where they are replaced."""
    if isinstance(entry, Packages):
        return [package for package, command in entry.packages.items() if actual.facts[command]]
    if isinstance(entry, BwrapCopy | ClaudeProgram):
        return actual.facts["claude"] if isinstance(entry, ClaudeProgram) else actual.node(entry.path).kind
    node = actual.node(entry.path)
    missing = [path for path in _folders(entry.path, actual) if actual.node(path).kind == "absent"]
    record: dict[str, Any] = {"kind": node.kind, "made": missing}
    if isinstance(entry, File) and node.content == entry.content:
        record["kind"] = "absent"  # ours already: an earlier manifest was lost
    elif node.kind == "file" and not isinstance(entry, Block | Seed):
        record |= {"mode": f"{node.mode:04o}", "content": base64.b64encode(node.content or b"").decode()}
    return record


def _folders(path: str, actual: Actual) -> list[str]:
    home = actual.home + "/"
    return [actual.path(parent) for parent in paths.parents("~/" + path[len(home) :])] if path.startswith(home) else []
