"""The plan: target state against actual state, one step an entry. Pure; a step carries its diff and its one action."""

from __future__ import annotations

from collections.abc import Iterable

from ..entries.actions import Step
from ..entries.entry import Entry
from ..entries.places import ImpossibleError
from ..entries.record import Record
from ..host.actual import Actual
from .manifest import Manifest, manifest_entry


def plan(entries: Iterable[Entry], actual: Actual, stale: Iterable[Record] = ()) -> list[Step]:
    """One step for each entry, in their order; the manifest after the packages, before anything is written.

    `stale`: what the manifest has to go on naming though it is no longer an entry.
    """
    known = list(entries)
    earlier = Manifest.read(actual)
    steps = [_step(entry, actual, earlier) for entry in known]
    record = _step(manifest_entry(known, actual, earlier, stale), actual, earlier)
    return [steps[0], record, *steps[1:]]


def _step(entry: Entry, actual: Actual, earlier: Manifest) -> Step:
    try:
        return entry.step(actual, earlier.record(entry))
    except ImpossibleError as reason:
        return Step(entry.name, "failed", error=reason.error, remedy=reason.remedy)
