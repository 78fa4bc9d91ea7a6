"""The whole plan of apply: the target state, and what an earlier version put that is no longer part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..config.keys import Config
from ..content import model_server
from ..entries.actions import Step, sha256, write
from ..entries.entry import Entry, key
from ..entries.places import ImpossibleError, check_no_session, is_inside
from ..entries.record import Record
from ..host import paths
from ..host.actual import Actual
from ..session.server.addresses import AUTO
from ..session.server.search import first_server
from .folders import emptied, leftovers
from .manifest import Manifest, manifest_entry
from .plan import plan
from .target import probed_paths
from .undo import undo

if TYPE_CHECKING:
    from ..session.server.http import Dial

Ask = Callable[[Sequence[str]], Actual]


def actual_state(config: Config, ask: Ask, dial: Dial | None = None) -> Actual:
    """Asks the host, and where no model server's address is pinned looks for one there, called by `dial`."""
    actual = _asked(config, ask)
    if config.server.base_url != AUTO:
        return actual
    return replace(actual, server=first_server(model_server.asked(actual), config.server.auth_token, dial))


def _asked(config: Config, ask: Ask) -> Actual:
    """Asks the host; a second time only where its manifest names places that the config no longer does."""
    asked = probed_paths(config)
    actual = ask(asked)
    recorded = Manifest.read(actual).records
    unasked = [record.put.path for record in recorded if record.put.path and record.put.path not in actual.nodes]
    wanted = [part for path in unasked for part in (*paths.above(path), path)]
    return ask([*asked, *dict.fromkeys(wanted)]) if wanted else actual


def whole_plan(entries: Iterable[Entry], actual: Actual) -> list[Step]:
    """Like `plan`, with the steps that take away what is stale; the manifest names it until it is gone."""
    known = list(entries)
    earlier = Manifest.read(actual)
    stale = _stale(known, earlier)
    undone = [(record, _undone(record, actual)) for record in reversed(stale)]
    there = [record for record, step in reversed(undone) if step.change != "none"]
    first, record, *rest = plan(known, actual, there)
    steps = [first, record, *(step for _, step in undone if step.change != "none" or step.kept)]
    steps += emptied(_folders(stale, known), actual, steps)
    steps += leftovers([*map(key, known), *map(_place, stale)], actual)
    return [*steps, *rest, *(_tidied(known, actual, earlier, there) if there else ())]


def _stale(entries: Sequence[Entry], earlier: Manifest) -> list[Record]:
    places = {key(entry) for entry in entries}
    return [record for record in earlier.records if record.key not in places and record.put.path]


def _place(record: Record) -> str:
    return record.put.path


def _undone(record: Record, actual: Actual) -> Step:
    step = _while_none_runs(record, actual) or undo(record, actual)
    return replace(step, name=f"{step.name}, no longer wanted")


def _while_none_runs(record: Record, actual: Actual) -> Step | None:
    """Where 0.1.0 put what binds its sessions, one that runs could put something else in its place."""
    if record.kind != "File" or not is_inside(record.put.path, actual.path(paths.CONFIG_DIR)):
        return None
    try:
        check_no_session(actual)
    except ImpossibleError as reason:
        return Step(record.name, "failed", error=reason.error, remedy=reason.remedy)
    return None


def _folders(stale: Iterable[Record], entries: Iterable[Entry]) -> set[str]:
    """The folders that were made for what is stale, but for those that an entry needs."""
    needed = {folder for entry in entries for folder in (*paths.above(key(entry)), key(entry))}
    return {folder for record in stale for folder in record.before.made} - needed


def _tidied(entries: Sequence[Entry], actual: Actual, earlier: Manifest, there: Sequence[Record]) -> Iterator[Step]:
    """The manifest once more, at the end, without what is gone by then."""
    written = manifest_entry(entries, actual, earlier, there)
    tidy = manifest_entry(entries, actual, earlier)
    place = actual.node(written.path).real or written.path
    yield Step("manifest, tidied", "pending", "", write(place, tidy.content, tidy.mode, sha256(written.content)))
