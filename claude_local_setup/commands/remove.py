"""`remove` on this machine: the flow of apply, the manifest read backwards; then another look at what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..checks.findings import normal_claude_unchanged
from ..checks.report import Finding, Report
from ..config.file import home, load
from ..config.keys import Config
from ..entries.actions import Step
from ..entries.places import quoted
from ..errors import ConfigError
from ..host import paths
from ..host.actual import Actual
from ..host.probe import probe_here
from ..screen.output import say
from ..state.manifest import Manifest
from ..state.recognition import recognised
from ..state.removal import Wish, installed_by_us, removal
from ..state.stale import actual_state
from ..state.target import target_state
from . import change
from .own_install import how_to_uninstall


@dataclass(frozen=True)
class Trace:
    """What there is of us: as the manifest says, or as it can be recognised without one."""

    manifest: Manifest
    actual: Actual
    wish: Wish

    @property
    def steps(self) -> list[Step]:
        return removal(self.manifest, self.actual, self.wish)


def remove_here(*, dry_run: bool, yes: bool, purge: bool, packages: bool, as_json: bool) -> int:
    """Returns the exit code: 0, or 1 if a step failed. SetupError where nothing could be begun."""
    command = command_of(Wish(purge, packages))
    found = _trace(Wish(purge, packages))
    steps = found.steps
    as_it_is = Report(steps=steps, findings=[*_lost(found), *change.kept(steps), *_stays(found)])
    if dry_run or change.is_refused(steps):
        return change.shown(as_it_is, json=as_json)
    if not change.is_pending(steps):
        if not as_json:
            say("nothing to remove")
        return change.closed(as_it_is, json=as_json)
    if not as_json:
        _say_lost(found)
    change.ask(steps, command, yes=yes, err=as_json)
    done = change.carried_out(steps, found.actual, command, err=as_json)
    code = change.closed(Report(steps=done, findings=[*_lost(found), *_left_here(found)]), json=as_json)
    if not as_json and code == 0:
        say(f"to remove claude-local-setup itself: {how_to_uninstall()}")
    return code


def command_of(wish: Wish) -> str:
    return "claude-local-setup remove" + " --purge" * wish.purge + " --packages" * wish.packages


def _trace(wish: Wish) -> Trace:
    home()
    config = _config()
    return trace(config, actual_state(config, probe_here), wish)


def trace(config: Config, actual: Actual, wish: Wish) -> Trace:
    manifest = Manifest.read(actual)
    return Trace(manifest if manifest.found else recognised(target_state(config, actual), actual), actual, wish)


def _config() -> Config:
    try:
        return load()
    except ConfigError:  # what was put is in the manifest: a broken config keeps nobody from removing it
        return Config()


def _lost(found: Trace) -> Iterator[Finding]:
    if not found.manifest.found and change.is_pending(found.steps):
        problem = "missing or damaged: what is ours was recognised by its content"
        remedy = f"ls -A {found.actual.path(paths.CONFIG_DIR)} shows whether something was left"
        yield Finding("manifest: found", problem, remedy)


def _say_lost(found: Trace) -> None:
    for finding in _lost(found):
        say(f"the manifest is {finding.problem}", fg="yellow")


def _left_here(before: Trace) -> Iterator[Finding]:
    return left(before, probe_here(list(before.actual.nodes)))


def left(before: Trace, now: Actual) -> Iterator[Finding]:
    """What another look finds of us."""
    after = Trace(before.manifest, now, before.wish)
    left = [step for step in after.steps if step.change in ("pending", "failed")]
    yield from (Finding(f"removed: {step.name}", "is still there", "claude-local-setup remove") for step in left)
    if not left:
        yield Finding("removed: nothing that claude-local-setup put is left")
    yield from change.kept(after.steps)
    yield from _stays(after)
    yield normal_claude_unchanged(before.actual, after.actual)


def _stays(found: Trace) -> Iterator[Finding]:
    """What stays on purpose, and how it goes."""
    yield from (Finding(f"stays: {what}") for what in _staying(found, found.actual))


def _staying(found: Trace, actual: Actual) -> Sequence[str]:
    folder, config = actual.path(paths.CONFIG_DIR), actual.facts["config"]
    said = []
    if actual.names(folder) and not (found.wish.purge and change.is_pending(found.steps)):
        said.append(f"{actual.shown(folder)}, with sessions and settings of yours: rm -r {quoted(folder)}")
    if not actual.is_absent(config):
        said.append(f"{actual.shown(config)}, your config: rm {quoted(config)}")
    packages = [name for record in found.manifest.records for name in installed_by_us(record, actual)]
    if packages:
        said.append(f"{' and '.join(packages)}, installed by apply: sudo apt-get remove {' '.join(packages)}")
    return said
