"""What becomes of folders when steps are carried out: which are empty then, and what a killed run has left in them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from ..entries.actions import Step, remove_all, remove_folder
from ..host import paths
from ..host.actual import Actual
from ..session.kept.state import CACHES


def emptied(folders: Iterable[str], actual: Actual, steps: Sequence[Step]) -> Iterator[Step]:
    """A step for each folder that is empty once the steps are carried out."""
    for folder in empty_folders(folders, actual, steps):
        yield Step(f"folder {actual.shown(folder)}", "pending", f"- rmdir {folder}\n", remove_folder(folder))


def empty_folders(folders: Iterable[str], actual: Actual, steps: Sequence[Step]) -> Iterator[str]:
    """The innermost first."""
    gone = gone_by(steps)
    for folder in sorted(set(folders), key=lambda path: (-path.count("/"), path)):
        node = actual.node(folder)
        if node.kind == "directory" and not node.link and not left_in(folder, actual, gone):
            gone.add(folder)
            yield folder


def left_in(folder: str, actual: Actual, gone: Container[str]) -> list[str]:
    """What lies in the folder and is not gone."""
    return [path for name in actual.names(folder) if (path := f"{folder}/{name}") not in gone]


def leftovers(places: Iterable[str], actual: Actual) -> Iterator[Step]:
    """Temporary files beside our places, from a run that was killed while it wrote."""
    manifest = actual.path(paths.MANIFEST)
    known = [*places, *paths.above(manifest), manifest]
    yield from _removed("leftovers of a run that was killed", _left_beside(known, actual))


def trial_leftovers(actual: Actual) -> Iterator[Step]:
    """What a verify that was killed has left in the home."""
    names = (name for name in actual.names(actual.home) if re.fullmatch(r"\.claude-local-verify\.\d+\.\w{6}", name))
    yield from _removed("leftovers of a verify that was killed", (f"{actual.home}/{name}" for name in names))


def caches(actual: Actual) -> Iterator[Step]:
    """What sessions have added to caches: it can be loaded again. Their transcripts stay."""
    workspaces = f"{actual.node(actual.path(paths.CONFIG_DIR)).real}/workspaces/"
    found = (folder for folder, names in actual.folders.items() if folder.startswith(workspaces) and CACHES in names)
    yield from _removed("caches of sessions", (f"{folder}/{CACHES}" for folder in sorted(found)))


def _removed(name: str, found: Iterable[str]) -> Iterator[Step]:
    if known := tuple(dict.fromkeys(found)):
        yield Step(name, "pending", removals(known), remove_all(known))


def removals(removed: Iterable[str]) -> str:
    return "".join(f"- rm -r {path}\n" for path in removed)


def _left_beside(places: Iterable[str], actual: Actual) -> Iterator[str]:
    for place in filter(None, places):
        folder, _, name = (actual.node(place).real or place).rpartition("/")
        pattern = re.compile(re.escape(f".{name}.claude-local-setup.") + "[A-Za-z0-9]{6}")
        yield from (f"{folder}/{other}" for other in actual.folders.get(folder, ()) if pattern.fullmatch(other))


def gone_by(steps: Iterable[Step]) -> set[str]:
    """The paths that the steps remove."""
    return {path for step in steps if step.action for path in step.action.gone}
