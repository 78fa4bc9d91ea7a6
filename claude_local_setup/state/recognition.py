"""Our own work without a manifest, known by its content: what is exactly what apply would put, or bears our marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..host import paths, userns
from ..host.probe import Actual
from ..texts import block, json_merge
from .manifest import Manifest, before, is_config_dir_ours, is_ours, own_folders
from .record import Before, Put, Record, place, put, sha256
from .target import Block, BwrapCopy, ClaudeProgram, Directory, Entry, File, Link, MergedJson, Packages, Program, Seed


def recognised(entries: Iterable[Entry], actual: Actual) -> Manifest:
    """A manifest that names what is ours for certain: no packages, and no folders but our own."""
    there = not actual.is_absent(actual.path(paths.STATE_DIR))
    own = Before(made=own_folders(actual) if there else ())
    return Manifest([_record(entry, actual) for entry in entries if _is_known(entry, actual)], own)


def _is_known(entry: Entry, actual: Actual) -> bool:
    match entry:
        case Packages() | ClaudeProgram():
            return False
        case BwrapCopy():
            return actual.node(entry.path).content == userns.PROFILE_TEXT.encode()
        case Directory():
            return True
        case File():
            return is_ours(entry, actual)
        case Program():
            return actual.programs.get(entry.path) == entry.digest
        case Seed():
            return actual.node(entry.path).content == entry.content
        case Link():
            return actual.node(entry.path).to == entry.to
        case MergedJson():
            return _holds(entry, actual.node(entry.path).content or b"")
        case Block():
            text = actual.node(entry.path).content or b""
            return block.without_block(text, entry.body, entry.marks) != text


def _holds(entry: MergedJson, text: bytes) -> bool:
    """Whether all that we put into such a file is in this one."""
    try:
        theirs = json_merge.parsed(text)
    except (ValueError, RecursionError):
        return False
    return bool(theirs) and json_merge.same(theirs, json_merge.merged(theirs, entry.ours))


def _record(entry: Entry, actual: Actual) -> Record:
    known, earlier = put(entry), Before(made=_inner_folders(entry, actual))
    if isinstance(entry, File):
        known = Put(entry.path, sha256=sha256(actual.node(entry.path).content or b""))
    if isinstance(entry, Directory) and not is_config_dir_ours(actual):
        earlier = replace(before(entry.path, actual), made=())
    return Record(entry.name, type(entry).__name__, known, Put(), earlier)


def _inner_folders(entry: Entry, actual: Actual) -> tuple[str, ...]:
    """The folders above the entry that lie in the config directory: ours, like that."""
    inside = actual.path(paths.CONFIG_DIR) + "/"
    return tuple(folder for folder in paths.above(place(entry)) if folder.startswith(inside))
