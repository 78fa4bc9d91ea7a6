"""`init`: what is there is looked at, the few questions that matter are asked; then the config is written, and applied.

On a machine with nothing, Enter to each question ends with a session that works.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..config.file import config_path, load, set_key
from ..config.keys import Config
from ..content import model_server
from ..errors import SetupError
from ..fleet.here import ThisMachine
from ..fleet.opened import Hosts
from ..host.actual import Actual
from ..screen.life import life
from ..screen.output import say
from ..screen.questions import Questions
from ..servers.installation import Installation, installation
from ..servers.program import Hindrance
from ..session.server.addresses import AUTO, base_of
from ..session.server.models import Kind, Offer
from ..session.server.servers import Servers
from ..session.server.switching import offer
from ..session.words import Remedy
from ..state.whole_plan import actual_state
from .apply import apply

INSTALL = "install"
LEVELS = ("session", "strict", "bash", "config")
LEVELS_SAID = "session sees your toolchains and this project, strict nothing of your home; bash and config confine less"
Chosen = Iterator[tuple[str, str]]  # keys of the config with their values, as `config set` takes them


@dataclass(frozen=True)
class Flags:
    """Answers given beforehand, None where there is none; `server`: an address, or "install"."""

    server: str | None
    model: str | None
    level: str | None
    domains: str | None
    claude: str | None


def init(flags: Flags, *, yes: bool) -> int:
    """Returns apply's exit code."""
    questions = Questions(takes_defaults=yes, again=Remedy("claude-local-setup init -y"))
    config, machine = load(), ThisMachine()
    machine.reach()
    wanted = replace(config, server=replace(config.server, install="auto"))
    with life("this machine is looked at"):
        actual = actual_state(wanted, machine.ask)
    there = _at(config, model_server.base_url(config, actual))
    known = current(config)
    chosen = {
        **dict(_server(there, installation(wanted, actual), flags, questions)),
        **dict(_claude(config, actual, flags, questions)),
        **dict(_isolation(config, flags, questions)),
    }
    changed = {key: value for key, value in chosen.items() if value != known[key]}
    for key, value in changed.items():
        set_key(key, value)
    if changed:
        said = ", ".join(f"{key} = {value or 'none'}" for key, value in changed.items())
        say(f"written to {config_path()}: {said}")
    return apply(Hosts(None, ()), dry_run=False, yes=yes, as_json=False, enter=True)


def current(config: Config) -> dict[str, str]:
    """What the questions are about, as it is now."""
    return {
        "server.base_url": config.server.base_url,
        "server.install": config.server.install,
        "server.model": config.server.model,
        "claude.install": config.claude.install,
        "isolation.level": config.isolation.level,
        "network.domains": ",".join(config.network.domains),
    }


def _at(config: Config, base_url: str) -> Config:
    return replace(config, server=replace(config.server, base_url=base_url))


def _server(config: Config, could: Installation | Hindrance | None, flags: Flags, questions: Questions) -> Chosen:
    """`config`: with the address of the server that was found, or of the one that should be there."""
    if flags.server is None and config.server.install != "never":
        say("model server: one of this machine's own, by server.install")
        return
    if flags.server is None and (offered := _offered(config)):
        say(f"model server: {offered.kind.value} at {config.server.base_url}")
        yield from _model(offered, config, flags, questions)
        return
    answer = _asked_for_server(config, could, questions) if flags.server is None else flags.server
    if answer == INSTALL:
        yield "server.install", "auto"
        return
    if answer == config.server.base_url:
        return
    yield "server.base_url", answer
    if answer != AUTO and (offered := _offered(there := _at(config, answer))):
        yield from _model(offered, there, flags, questions)


def _asked_for_server(config: Config, could: Installation | Hindrance | None, questions: Questions) -> str:
    say(f"model server: none answers at {config.server.base_url}")
    if isinstance(could, Installation):
        for line in could.notice:
            say(f"  {line}")
        return questions.ask("Enter to install that one, or the address of another", None, INSTALL)
    if could:
        say(f"  none can be installed here: {could.problem}")
    return questions.ask("The address of one", None, config.server.base_url)


def _offered(config: Config) -> Offer | None:
    """What a server offers there; None where it cannot be asked."""
    server = config.server
    try:
        return offer(Servers.of(base_of(server.base_url), server.management_url, server.auth_token))
    except SetupError:
        return None


def _model(offered: Offer, config: Config, flags: Flags, questions: Questions) -> Chosen:
    """One with a single model, or with a management API, takes any name."""
    names = [model.name for model in offered.models]
    if flags.model is not None:
        yield "server.model", flags.model
    elif offered.kind not in (Kind.MANAGEMENT, Kind.SINGLE) and names and config.server.model not in names:
        loaded = [model.name for model in offered.models if model.loaded]
        yield "server.model", questions.ask("Which model", None, [*loaded, *names][0], names)


def _claude(config: Config, actual: Actual, flags: Flags, questions: Questions) -> Chosen:
    if flags.claude is not None:
        yield "claude.install", flags.claude
    elif not config.claude.path and not actual.facts["claude"]:
        say("Claude Code: not installed")
        yield "claude.install", questions.ask("Install it by", None, "native", ("native", "npm", "apt", "never"))


def _isolation(config: Config, flags: Flags, questions: Questions) -> Chosen:
    if flags.level is None:
        say(f"isolation: {LEVELS_SAID}")
    yield "isolation.level", questions.ask("Level", flags.level, config.isolation.level, LEVELS)
    names = ",".join(config.network.domains)
    yield "network.domains", questions.ask("Internet names it may reach, a,b (none: Enter)", flags.domains, names)
