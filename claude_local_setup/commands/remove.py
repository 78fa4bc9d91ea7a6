"""`remove`: the manifest of every host read backwards; then another look at what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..checks.claude import normal_claude_unchanged
from ..checks.report import Finding, Report
from ..config.keys import Config
from ..entries.actions import Step
from ..errors import ConfigError
from ..fleet.machine import Found, Machine
from ..fleet.opened import Hosts
from ..host import paths
from ..host.actual import Actual
from ..host.own_install import how_to_uninstall
from ..screen.output import say
from ..session.words import Remedy, typed
from ..state.manifest import Manifest
from ..state.recognition import recognised
from ..state.removal import Wish, installed_by_us, removal
from ..state.target import target_state
from .answer import exit_code
from .change import Asked, Change, changed, kept
from .vscode_record import records


@dataclass(frozen=True)
class Trace:
    """What there is of us: as the manifest says, or as it can be recognised without one."""

    manifest: Manifest
    actual: Actual
    wish: Wish

    @property
    def steps(self) -> list[Step]:
        return removal(self.manifest, self.actual, self.wish)

    @property
    def is_pending(self) -> bool:
        return any(step.change == "pending" for step in self.steps)


def remove(hosts: Hosts, wish: Wish, *, dry_run: bool, yes: bool, as_json: bool, diff: bool = False) -> int:
    """Returns the exit code: 0, or 1 if a step failed or a host was not reached."""
    command = "claude-local-setup remove" + " --purge" * wish.purge + " --packages" * wish.packages
    reports = changed(Asked(command, hosts, dry_run, yes, as_json, diff), _removal(wish))
    code = exit_code(reports)
    if hosts.inventory is None and not as_json and not dry_run and code == 0:
        _say_farewell(reports)
    return code


def _removal(wish: Wish) -> Change:
    def planned(config: Config, actual: Actual) -> Sequence[Step]:
        return _trace(config, actual, wish).steps

    def known(found: Found) -> list[Finding]:
        trace = _trace(found.config, found.actual, wish)
        return [*_lost(trace), *kept(found.steps), *_stays(trace)]

    def closing(before: Found) -> list[Finding]:
        trace = _trace(before.config, before.actual, wish)
        return [*_lost(trace), *_left(trace, before.machine.ask(list(before.actual.nodes)))]

    def notice(found: Found) -> list[Finding]:
        lost = _lost(_trace(found.config, found.actual, wish))
        return [Finding(finding.check, f"the manifest is {finding.problem}") for finding in lost]

    return Change(planned, known, closing, notice, _config)


def _say_farewell(reports: Sequence[Report]) -> None:
    if records():
        say("VS Code is still set to start claude-local; to undo that: claude-local-setup vscode --remove", fg="yellow")
    if not any(report.count("changed") for report in reports):
        say("nothing to remove")
    elif itself := how_to_uninstall():
        say(f"to remove claude-local-setup itself: {itself}")


def _config(machine: Machine) -> Config:
    try:
        return machine.config()
    except ConfigError:  # what was put is in the manifest: a broken config keeps nobody from removing it
        return Config()


def _trace(config: Config, actual: Actual, wish: Wish) -> Trace:
    manifest = Manifest.read(actual)
    return Trace(manifest if manifest.found else recognised(target_state(config, actual), actual), actual, wish)


def _lost(found: Trace) -> Iterator[Finding]:
    if not found.manifest.found and found.is_pending:
        problem = "missing or damaged: what is ours was recognised by its content"
        remedy = typed("ls", "-A", found.actual.path(paths.CONFIG_DIR))
        yield Finding("manifest: found", problem, remedy)


def _left(before: Trace, now: Actual) -> Iterator[Finding]:
    """What another look finds of us."""
    after = Trace(before.manifest, now, before.wish)
    left = [step for step in after.steps if step.change in ("pending", "failed")]
    yield from (
        Finding(f"removed: {step.name}", "is still there", Remedy("claude-local-setup remove")) for step in left
    )
    if not left:
        yield Finding("removed: nothing that claude-local-setup put is left")
    yield from kept(after.steps)
    yield from _stays(after)
    yield normal_claude_unchanged(before.actual, after.actual)


def _stays(found: Trace) -> Iterator[Finding]:
    """What stays on purpose, and how it goes."""
    yield from (Finding(f"stays: {what}") for what in _staying(found, found.actual))


def _staying(found: Trace, actual: Actual) -> Iterator[str]:
    folder, config = actual.path(paths.CONFIG_DIR), actual.facts["config"]
    if actual.names(folder) and not (found.wish.purge and found.is_pending):
        yield f"{actual.shown(folder)}, with sessions and settings of yours: {typed('rm', '-r', folder)}"
    models = actual.path(paths.SERVER_MODELS)
    if actual.names(models) and not (found.wish.purge and found.is_pending):
        yield f"{actual.shown(models)}, the model that was downloaded: {typed('rm', '-r', models)}"
    if not actual.is_absent(config):
        yield f"{actual.shown(config)}, your config: {typed('rm', config)}"
    packages = [name for record in found.manifest.records for name in installed_by_us(record, actual)]
    if packages:
        yield f"{' and '.join(packages)}, installed by apply: sudo apt-get remove {' '.join(packages)}"
