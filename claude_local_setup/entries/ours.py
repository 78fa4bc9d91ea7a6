"""What is at an entry's place before the first apply, and what of it is ours though no manifest says so."""

from __future__ import annotations

from dataclasses import replace

from ..host import paths
from ..host.actual import Actual
from .entry import Entry, key
from .record import Before, Put, Record

SIGNATURE = b"`claude-local-setup apply` writes this file"  # in the head of the wrapper and of the manuals


def there(path: str, actual: Actual) -> Before:
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


def there_without_content(path: str, actual: Actual) -> Before:
    return replace(there(path, actual), content=None)


def missing_folders(path: str, actual: Actual) -> tuple[str, ...]:
    """The folders above `path` that are not there, outermost first."""
    return tuple(folder for folder in paths.above(path) if folder in actual.nodes and actual.is_absent(folder))


def is_config_dir_ours(actual: Actual) -> bool:
    """Whether apply made the config directory: it still works, or remove has left a note."""
    return any(actual.node(actual.path(sign)).kind == "file" for sign in (paths.ENFORCED, paths.NOTE))


def is_signed(path: str, actual: Actual) -> bool:
    """Whether an earlier version put the file there: it says so, as the wrapper does, or lies where all is ours."""
    wrapper = actual.node(actual.path(paths.WRAPPER)).content or b""
    in_ours = path.startswith((actual.path(paths.CONFIG_DIR) + "/", actual.path(paths.PRODUCT) + "/"))
    return SIGNATURE in wrapper[:1000] and (in_ours or SIGNATURE in (actual.node(path).content or b"")[:1000])


def record(entry: Entry, actual: Actual, put: Put | None = None, before: Before | None = None) -> Record:
    """A record of what is ours for certain: no folders around it but those in the config directory."""
    inside = actual.path(paths.CONFIG_DIR) + "/"
    inner = tuple(folder for folder in paths.above(key(entry)) if folder.startswith(inside))
    return Record(entry.name, type(entry).__name__, put or entry.put(), Put(), before or Before(made=inner))
