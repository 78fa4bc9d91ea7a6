"""The block in ~/.claude-local/CLAUDE.md: what the model is told about where it runs."""

from __future__ import annotations

import textwrap

from ..config.keys import Config
from ..session.git import settings as git
from ..session.workspace import obeyed

_SHOWN = 4  # names of each kind
_ALWAYS = """\
You are a local model, run through `claude-local`. You make more mistakes than a large one: work in small steps, read a
file before you change it, and ask when you are not sure.
- The user has to allow each shell command: say in one sentence what it is for.
- Never try to get around a refusal. Say what was refused and what for, and that outside
  `claude-local --explain PATH` (or HOST:PORT, or a domain) tells the user what would allow it.
"""
_JAILED = """\
- You run in a jail. You can write in the workspace (this project's folder), ~/.claude-local and /tmp. All else is
  read-only or not there: "Read-only file system" outside the workspace is no bug. No secrets, no `sudo`.
- In the workspace, what later runs by itself outside is read-only where it exists, such as what is obeyed by
{kept}. Ask the user to change it.
"""
_CONFIG = 'git works, but its config is read-only ("could not write config file"):'
_PRIVATE = """\
- The network is private: {reach}. For all else tell the user what to run.
"""
_HOST = "- The network is that of the machine.\n"
_UNJAILED = (
    "- Editing files is asked for as well: nothing but the user's answer holds you back, so stay in this project.\n"
)


def memory(config: Config) -> bytes:
    """The block's lines, for the config's level and network."""
    if not config.is_jailed:
        return (_ALWAYS + _UNJAILED).encode()
    network = _HOST if config.network.mode == "host" else _PRIVATE.format(reach=_reach(config))
    return (_ALWAYS + _JAILED.format(kept=_kept()) + _of_git() + network).encode()


def _of_git() -> str:
    instead = ", of ".join(f"`{refused}` `{form}`" for refused, form in git.INSTEAD)
    return _filled(f"- {_CONFIG} instead of {instead}. For {git.REFUSED} ask the user.", "", "  ") + "\n"


def _kept() -> str:
    kinds: dict[str, dict[str, None]] = {"git": dict.fromkeys([".git/hooks", ".git/config"])}
    for kind, _, names, _ in obeyed.ROWS:
        kinds.setdefault(kind, {}).update(dict.fromkeys(name.partition("/")[0] for name in names.split()))
    said = (
        f"{kind} ({', '.join([*heads][:_SHOWN])}{', …' if len(heads) > _SHOWN else ''})"
        for kind, heads in kinds.items()
        if heads
    )
    return _filled(", ".join(said), "  ", "  ")


def _filled(text: str, first: str, others: str) -> str:
    return textwrap.fill(
        text, 118, initial_indent=first, subsequent_indent=others, break_on_hyphens=False, break_long_words=False
    )


def _reach(config: Config) -> str:
    ports = f" and port {', '.join(map(str, config.network.ports))} of 127.0.0.1" if config.network.ports else ""
    domains = f", and on the internet {', '.join(config.network.domains)}" if config.network.domains else ""
    return f"you reach the model's server{ports}{domains or ', no internet'}"
