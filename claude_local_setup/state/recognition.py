"""Our own work without a manifest, known by its content: what is exactly what apply would put, or bears our marks."""

from __future__ import annotations

from collections.abc import Iterable

from ..entries.entry import Entry
from ..entries.record import Before
from ..host import paths
from ..host.actual import Actual
from .manifest import Manifest, own_folders


def recognised(entries: Iterable[Entry], actual: Actual) -> Manifest:
    """A manifest that names what is ours for certain: no packages, and no folders but our own."""
    there = not actual.is_absent(actual.path(paths.STATE_DIR))
    own = Before(made=own_folders(actual) if there else ())
    return Manifest([record for entry in entries if (record := entry.found(actual))], own)
