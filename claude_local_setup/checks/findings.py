"""The checks of `verify`: each reads what was found and tried, and gives a problem and a remedy, or nothing.

What could not be asked is a problem, never "ok".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..config.keys import Config
from ..entries.actions import Step
from ..host import userns
from ..host.actual import Actual
from ..session.verify import battery
from ..state.manifest import Manifest
from .report import Finding
from .trials import Trials, shells

KNOWN_BAD_CLAUDE = (
    (
        "<=2.1.52",
        "does not know how large the local model's context is, and its sandbox can start switched off",
    ),
)
UNTRIED = "could not be tried"
_INSTALL_CLAUDE = "claude-local-setup config set claude.install npm, then claude-local-setup apply"


def quick_findings(config: Config, actual: Actual, steps: Sequence[Step]) -> list[Finding]:
    """What the probe alone can tell."""
    return [*_host(actual), *_drift(steps), *_claude_found(config, actual), *_normal(actual)]


def findings(config: Config, actual: Actual, steps: Sequence[Step], trials: Trials) -> list[Finding]:
    """Every check, in the order of the documentation."""
    return [
        *_host(actual),
        _userns(actual, trials),
        *_drift(steps),
        *_shells(config, actual, trials),
        *_claude_found(config, actual),
        *_claude_version(trials),
        *_boundary(config, trials),
        *_server(trials),
        *_ides(config, trials),
        *_normal(actual),
    ]


def normal_claude_unchanged(before: Actual, after: Actual) -> Finding:
    """Whether anything of the normal claude changed between two probes of one run."""
    check = "normal claude: unchanged by this run"
    installed = not before.normal.program and after.normal.program  # by us, or it was there all the same
    same_program = installed or before.normal.program == after.normal.program
    same = before.normal.settings == after.normal.settings and same_program
    if same and (before.normal.state == after.normal.state or before.normal.running or after.normal.running):
        return Finding(check)  # a claude that is running writes its own sessions meanwhile
    return Finding(check, "~/.claude or the claude program changed meanwhile", "ls -lat ~/.claude | head")


def _host(actual: Actual) -> Iterator[Finding]:
    yield Finding(
        f"host: {_distribution(actual)}, kernel {_plain(actual.facts['kernel'])}, {_plain(actual.facts['arch'])}"
    )
    root = "you are root: a jail of root's is a weaker one" if actual.is_root else ""
    yield Finding("host: not root", root, "run it as the user who works here" if root else "")


def _distribution(actual: Actual) -> str:
    from ..host import distribution

    return _plain(distribution.name(actual.os_release)) or "unknown distribution"


def _userns(actual: Actual, trials: Trials) -> Finding:
    check = "host: user namespaces"
    problem, remedy = userns.problem(actual, trials.get("userns", ""))
    return Finding(check, _plain(problem), remedy)


def _drift(steps: Iterable[Step]) -> Iterator[Finding]:
    for step in steps:
        check = f"target state: {step.name}"
        if step.change == "failed":
            yield Finding(check, step.error, step.remedy)
        elif step.change == "pending":
            yield Finding(check, "is not as it should be", "claude-local-setup apply")
        else:
            yield Finding(check)


def _shells(config: Config, actual: Actual, trials: Trials) -> Iterator[Finding]:
    for name in shells(config, actual):
        words = trials.get(f"shell_{name}", UNTRIED).split()
        yield Finding(
            f"shell: {name} finds claude-local",
            *_unless("found" in words, "a fresh login shell does not find it"),
        )
        yield Finding(f"shell: {name} has ~/.local/bin on PATH", *_unless("path" in words, "it is missing there"))
        yield Finding(
            f"shell: {name} starts the normal claude",
            *_unless("shadowed" not in words, "`claude` leads to claude-local"),
        )
        yield Finding(
            f"shell: {name} exports no ANTHROPIC_*",
            *_unless("leaks" not in words, "it does: the normal claude is affected", "remove it from your rc files"),
        )


def _unless(
    well: bool, problem: str, remedy: str = "claude-local-setup apply, then open a new terminal"
) -> tuple[str, str]:
    return ("", "") if well else (problem, remedy)


def _claude_found(config: Config, actual: Actual) -> Iterator[Finding]:
    found = config.claude.path or actual.facts["claude"]
    yield Finding(
        "claude: found",
        *_unless(
            bool(found),
            "it is not installed, or not on PATH",
            _INSTALL_CLAUDE,
        ),
    )


def _claude_version(trials: Trials) -> Iterator[Finding]:
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion, Version

    answer = trials.get("claude_version")
    if answer is None:
        return
    try:
        version = Version(answer.split()[0])
    except (InvalidVersion, IndexError):
        yield Finding("claude: version", "it does not say which version it is", "claude --version")
        return
    bad = next((why for which, why in KNOWN_BAD_CLAUDE if version in SpecifierSet(which)), "")
    yield Finding(f"claude: version {version}", bad, "claude update" if bad else "")


def _boundary(config: Config, trials: Trials) -> Iterator[Finding]:
    if not config.is_jailed:
        return
    answer = trials.get("boundary", "")
    told = battery.outcomes(config.isolation.level, config.network.mode, answer, nested=config.isolation.nested)
    if all(outcome == "untold" for _, outcome in told):
        why = f"nothing could be tried: {_plain(answer)[:300]}" if answer else UNTRIED
        yield Finding("boundary: the jail starts", why, "claude-local --jail true")
        return
    for attempt, outcome in told:
        check = f"boundary: {attempt.name}, {'works' if attempt.works else 'refused'}"
        wanted = "worked" if attempt.works else "failed"
        yield Finding(check, *_unless(outcome == wanted, f"it {outcome}", "claude-local-setup apply"))


SERVER = (
    *("answers", "no tools of its own", "Messages API", "tools", "system message in mid-conversation"),
    *("context", "attribution header off"),
)


def _server(trials: Trials) -> Iterator[Finding]:
    """The wrapper's own checks before a session, as `--check-server` tells them: CHECK|PROBLEM|REMEDY[|warning]."""
    told = [line.split("|") for line in trials.get("server", "").splitlines() if line.count("|") >= 2]
    for check, problem, remedy, *kind in told:
        yield Finding(f"server: {_plain(check)}", _plain(problem), _plain(remedy), warning=kind == ["warning"])
    mended_first = next(
        (remedy for _, problem, remedy, *kind in told if problem and not kind), "claude-local-setup apply"
    )
    for check in SERVER:
        if check not in [name for name, *_ in told]:
            yield Finding(f"server: {check}", UNTRIED, _plain(mended_first))


def _ides(config: Config, trials: Trials) -> Iterator[Finding]:
    """Which editors are live, and whether the first of them is reached from the jail."""
    ports = _plain(trials.get("ide", "")).split()
    if not ports:
        yield Finding("IDE: none is open", *_unless("ide" in trials, UNTRIED))
        return
    yield Finding(f"IDE: live at port {', '.join(ports)}")
    if config.is_jailed:
        reached = "ide reached" in trials.get("boundary", "").splitlines()
        problem = f"nothing answers at port {ports[0]} in the jail"
        yield Finding("IDE: reached from the jail", *_unless(reached, problem, "claude-local --explain"))


def _normal(actual: Actual) -> Iterator[Finding]:
    recorded = Manifest.read(actual).normal
    check = "normal claude: unchanged since the last apply"
    if recorded is None:
        return
    same = recorded == {"settings": actual.normal.settings, "program": actual.facts["claude"]}
    yield Finding(
        check,
        *_unless(
            same,
            "its settings or its place are others now (claude-local-setup never writes them)",
            "claude-local-setup apply takes note",
        ),
    )


def _plain(text: str) -> str:
    """A host's words without anything that a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text).strip()
