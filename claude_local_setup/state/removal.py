"""The removal: the inverse of apply, from the manifest. Pure; its steps are carried out and told as apply's are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..entries.actions import ABSENT, Step, by_su, remove_all, remove_manifest, set_mode, sha256, uninstall, write
from ..entries.places import ImpossibleError, check_no_session, check_not_normal, is_inside
from ..entries.record import Before, Record
from ..entries.steps import mode_diff, removed_file, shown
from ..host import paths
from ..host.actual import Actual
from ..user_files.diff import diff_of
from .folders import caches, emptied, empty_folders, gone_by, left_in, leftovers, removals, trial_leftovers
from .manifest import Manifest
from .target import CLAUDE_PACKAGES, EARLIER_PACKAGES, PACKAGES, SERVER_PACKAGES
from .undo import undo

NOTE = b"apply made this folder; `claude-local-setup remove --purge` removes it with all that is in it.\n"


@dataclass(frozen=True)
class Wish:
    """What is to go besides what is ours: all that lies in the config directory, the packages that we installed."""

    purge: bool = False
    packages: bool = False


def removal(manifest: Manifest, actual: Actual, wish: Wish) -> list[Step]:
    """One step for each thing to undo, the last that was put first; the manifest goes last: a killed run can go on."""
    records = list(reversed(manifest.records))
    steps = list(_sessions(actual))
    purged = [path for record in records for path in _purged(record, actual, wish)]
    steps += [undo(record, actual) for record in records if not _is_special(record, purged)]
    steps += [*leftovers((record.put.path for record in records), actual), *trial_leftovers(actual)]
    steps += caches(actual) if not wish.purge else ()
    steps += [*_config(manifest, actual), *_models(actual)] if wish.purge else ()
    folders, config_dir = _made(manifest, actual, wish), actual.path(paths.CONFIG_DIR)
    others = [folder for folder in folders if folder != config_dir and not _holds_manifest(folder, actual)]
    steps += emptied(others, actual, steps)
    for record in records:
        steps += _config_directory(record, actual, wish, steps) if record.kind == "Directory" else ()
    steps += emptied([config_dir] if config_dir in folders else [], actual, steps)
    for record in records:
        steps += _packages(record, actual) if wish.packages else ()
    steps += _record([folder for folder in folders if _holds_manifest(folder, actual)], actual, steps)
    return steps


def _record(folders: Iterable[str], actual: Actual, steps: Sequence[Step]) -> Iterator[Step]:
    """The manifest with the folders that hold nothing else."""
    path = actual.path(paths.MANIFEST)
    manifest = list(_tried("manifest", path, actual))
    tops = list(empty_folders(folders, actual, [*steps, *manifest]))
    if not tops or any(step.change == "failed" for step in manifest):
        yield from manifest
        return
    diff = "".join([*(step.diff for step in manifest), *(f"- rmdir {folder}\n" for folder in tops)])
    expected = sha256(actual.node(path).content or b"") if manifest else ABSENT
    yield Step("manifest", "pending", diff, remove_manifest(path, expected, tops[-1]))


def _sessions(actual: Actual) -> Iterator[Step]:
    try:
        check_no_session(actual)
    except ImpossibleError as reason:
        yield Step("sessions", "failed", error=reason.error, remedy=reason.remedy)


def _is_special(record: Record, purged: Iterable[str]) -> bool:
    """Packages and the config directory; and what goes in a purge, whatever became of it."""
    return record.kind in ("Directory", "Packages") or any(is_inside(record.put.path, path) for path in purged)


def _purged(record: Record, actual: Actual, wish: Wish) -> tuple[str, ...]:
    """What lies in the config directory and did not before the first apply, if all of it is to go."""
    path = record.put.path
    if not wish.purge or record.kind != "Directory" or path != actual.path(paths.CONFIG_DIR):
        return ()
    return tuple(f"{path}/{name}" for name in actual.names(path) if name not in record.before.had)


def _config_directory(record: Record, actual: Actual, wish: Wish, steps: Sequence[Step]) -> Iterator[Step]:
    """What was in it before the first apply stays, and so does its mode."""
    path, node = record.put.path, actual.node(record.put.path)
    if node.kind != "directory" or path != actual.path(paths.CONFIG_DIR):
        return
    try:
        check_not_normal(node, actual)
    except ImpossibleError as reason:
        yield Step(record.name, kept=reason.error, remedy=reason.remedy)
        return
    if rest := _purged(record, actual, wish):
        yield Step(f"all in {actual.shown(path)}", "pending", removals(rest), remove_all(rest))
    if not wish.purge and record.before.kind == "absent":
        yield from _noted(path, actual, steps)
    mode = record.before.mode
    if mode is not None and node.mode != mode:
        yield Step(record.name, "pending", mode_diff(path, node, mode), set_mode(node.real, mode))


def _noted(folder: str, actual: Actual, steps: Sequence[Step]) -> Iterator[Step]:
    """A note in the config directory, if something of the user's stays there: a later purge knows by it who made it."""
    note = actual.path(paths.NOTE)
    there = not actual.is_absent(note)
    others = [path for path in left_in(folder, actual, gone_by(steps)) if path != note]
    if there and not others:
        yield from _tried("note", note, actual)
    if others and not there:
        diff = diff_of(None, NOTE, actual.shown(note))
        yield Step("note", "pending", diff, write(note, NOTE, 0o600, ABSENT))


def _config(manifest: Manifest, actual: Actual) -> Iterator[Step]:
    """The config is the user's, unless it was written since the first apply: then a purge takes it too."""
    if manifest.config and manifest.config.kind == "absent":
        yield from _tried("config", actual.facts["config"], actual)


def _models(actual: Actual) -> Iterator[Step]:
    """What an installed model server has downloaded."""
    folder = actual.path(paths.SERVER_MODELS)
    if actual.names(folder):
        yield Step("models", "pending", removals((folder,)), remove_all((folder,)))


def _made(manifest: Manifest, actual: Actual, wish: Wish) -> list[str]:
    """The folders that apply made."""
    before: list[Before] = [manifest.own, *(record.before for record in manifest.records)]
    config = [manifest.config] if wish.purge and manifest.config else []
    own = [record.put.path for record in manifest.records if _made_by_us(record)]
    known = [folder for item in [*before, *config] for folder in item.made]
    models = [actual.path(paths.SERVER)] if wish.purge else []  # stays without one, for the models in it
    return [*known, *own, *models, actual.path(paths.STATE_DIR)]


def _made_by_us(record: Record) -> bool:
    return record.kind == "Directory" and record.before.kind == "absent"


def _holds_manifest(folder: str, actual: Actual) -> bool:
    return is_inside(actual.path(paths.MANIFEST), folder)


def _packages(record: Record, actual: Actual) -> Iterator[Step]:
    packages = installed_by_us(record, actual)
    if not packages:
        return
    action = uninstall(packages)
    if not actual.is_root and not actual.facts["sudo"]:
        yield Step(
            record.name, "failed", error="there is no sudo to remove packages with", remedy=by_su(action.commands)
        )
        return
    yield Step(record.name, "pending", shown(action, "-"), action)


def installed_by_us(record: Record, actual: Actual) -> tuple[str, ...]:
    """The packages of the record that were not there before the first apply, and are there now."""
    commands = PACKAGES | EARLIER_PACKAGES | CLAUDE_PACKAGES | SERVER_PACKAGES
    return tuple(
        package
        for package in record.put.packages
        if package not in record.before.packages and actual.facts.get(commands.get(package, ""), "?")
    )


def _tried(name: str, path: str, actual: Actual) -> Iterator[Step]:
    node = actual.node(path)
    if node.kind != "file" or node.link or node.content is None:
        return
    try:
        yield removed_file(name, path, node, actual)
    except ImpossibleError as reason:
        yield Step(name, "failed", error=reason.error, remedy=reason.remedy)
