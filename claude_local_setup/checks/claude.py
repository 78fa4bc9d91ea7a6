"""Claude Code itself: found, of a version that is fit; and the normal one as it was."""

from __future__ import annotations

from collections.abc import Iterator

from ..config.keys import Config
from ..host.actual import Actual
from ..session.words import APPLY, NO_LINE, Remedy, config_set
from ..state.manifest import Manifest
from .answers import unless
from .report import Finding
from .trials import Trials

KNOWN_BAD_CLAUDE = (
    ("<=2.1.52", "does not know how large the local model's context is, and its sandbox can start switched off"),
)
_INSTALL_CLAUDE = config_set("claude.install", "native")


def found(config: Config, actual: Actual) -> Iterator[Finding]:
    is_there = bool(config.claude.path or actual.facts["claude"])
    yield Finding("claude: found", *unless(is_there, "it is not installed, or not on PATH", _INSTALL_CLAUDE))


def version(trials: Trials) -> Iterator[Finding]:
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion, Version

    answer = trials.get("claude_version")
    if answer is None:
        return
    try:
        known = Version(answer.split()[0])
    except (InvalidVersion, IndexError):
        yield Finding("claude: version", "it does not say which version it is", Remedy("claude --version"))
        return
    bad = next((why for which, why in KNOWN_BAD_CLAUDE if known in SpecifierSet(which)), "")
    yield Finding(f"claude: version {known}", bad, Remedy("claude update") if bad else NO_LINE, name="claude: version")


def normal(actual: Actual) -> Iterator[Finding]:
    recorded = Manifest.read(actual).normal
    check = "normal claude: unchanged since the last apply"
    if recorded is None:
        return
    same = recorded == {"settings": actual.normal.settings, "program": actual.facts["claude"]}
    changed = "you changed its settings or its place since (claude-local-setup never writes them)"
    yield Finding(check, *unless(same, changed, APPLY), warning=not same)


def normal_claude_unchanged(before: Actual, after: Actual) -> Finding:
    """Whether anything of the normal claude changed between two probes of one run."""
    check = "normal claude: unchanged by this run"
    installed = not before.normal.program and after.normal.program  # by us, or it was there all the same
    same_program = installed or before.normal.program == after.normal.program
    same = before.normal.settings == after.normal.settings and same_program
    if same and (before.normal.state == after.normal.state or before.normal.running or after.normal.running):
        return Finding(check)  # a claude that is running writes its own sessions meanwhile
    return Finding(check, "~/.claude or the claude program changed meanwhile", Remedy("ls -lat ~/.claude | head"))
