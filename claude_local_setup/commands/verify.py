"""`verify` and `status` on this machine: apply's own look, that may not write, and what trying tells."""

from __future__ import annotations

import click

from ..checks.findings import findings, normal_claude_unchanged, quick_findings
from ..checks.report import Report
from ..checks.report import as_json as json_text
from ..checks.trials import try_here
from ..config.file import config_path
from ..errors import FAILED
from ..host.probe import probe_here
from ..screen.output import printable, say, show_findings, show_steps
from ..state.target import probed_paths
from .here import Here, look

_CONFINES = {
    "config": "nothing: commands and edits are asked for, and that is all",
    "bash": "shell commands only, by Claude Code's own sandbox",
    "session": "the whole session, in a jail",
    "strict": "the whole session, in a jail with an empty home",
}


def verify_here(*, as_json: bool) -> int:
    """Returns the exit code: 0, or 1 if a problem or drift was found."""
    here = look()
    trials = try_here(here.config, here.actual)
    unchanged = normal_claude_unchanged(here.actual, probe_here(probed_paths(here.config)))
    report = Report(steps=here.steps, findings=[*findings(here.config, here.actual, here.steps, trials), unchanged])
    if as_json:
        click.echo(json_text([report]))
    else:
        show_findings(report.findings)
    return FAILED if report.problems else 0


def status_here(*, as_json: bool) -> int:
    """Returns 0: a status is an answer, not a verdict."""
    here = look()
    report = Report(steps=here.steps, findings=quick_findings(here.config, here.actual, here.steps))
    if as_json:
        click.echo(json_text([report]))
        return 0
    for line in _lines(here):
        say(line)
    show_steps(here.steps)
    return 0


def _lines(here: Here) -> list[str]:
    config = here.config
    shared = config.is_jailed and config.network.mode == "host"
    return [
        f"level     {config.isolation.level}: confines {_CONFINES[config.isolation.level]}",
        f"network   {_network(here)}" + (" (network.mode is host)" if shared else ""),
        f"server    {config.server.base_url}",
        f"claude    {printable(config.claude.path or here.actual.facts['claude']) or 'not found'}",
        f"config    {config_path()}",
    ]


def _network(here: Here) -> str:
    config = here.config
    if not config.is_jailed or config.network.mode == "host":
        return "the host's: everything that this machine reaches"
    ports = "".join(f", port {port}" for port in config.network.ports)
    domains = "".join(f", {domain}" for domain in config.network.domains)
    return f"private: the model's server{ports}{domains}, nothing else"
