"""`config set`, `unset` and `edit`: what they say, and when it takes effect."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ..config.edit import edit, kept_path, throw_away
from ..config.file import EDIT, NANO, config_path, home, is_applied, load, set_key, unset_key
from ..config.keys import value_of
from ..config.values import is_repository
from ..errors import ConfigError, SetupError
from ..screen.output import say

_PATHS = ("claude.path", "server.model_source", "isolation.read", "isolation.write", "isolation.workspaces")


def set_value(key: str, value: str) -> None:
    set_key(key, _from_input() if (key, value) == ("server.auth_token", "-") else value)
    for path in _missing(key):
        say(f"{path} is not there yet", err=True)
    _say_when("set")


def unset_value(key: str) -> None:
    if unset_key(key):
        _say_when("unset")
    else:
        say("it was not set")


def edit_config() -> None:
    written = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        editor = shlex.split(written)
    except ValueError:
        raise SetupError(f"EDITOR is no command: {written}", remedy=NANO) from None
    if edit(editor, _ask_again):
        _say_when("changed")
    else:
        say("nothing was changed")


def _say_when(what: str) -> None:
    when = "it is what was applied last" if is_applied() else "takes effect with: claude-local-setup apply"
    say(f"{what}; {when}")


def _from_input() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("the key", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _missing(key: str) -> Iterator[str]:
    value = value_of(load(), key) if key in _PATHS else ()
    for path in (value,) if isinstance(value, str) else value:
        place = path if path[:1] == "/" else f"{home()}{path[1:]}"
        if path and not is_repository(path) and not Path(place).exists():
            yield path


def _ask_again(error: ConfigError) -> None:
    """ConfigError where it is thrown away; without a terminal nobody is asked."""
    if not sys.stdin.isatty():
        kept = kept_path(config_path())
        raise ConfigError(f"{error.problem}; nothing was changed, {kept} keeps your edit", remedy=EDIT) from None
    say(error.problem, err=True, fg="red")
    question = "What now? e(dit again), x (throw it away)"
    if click.prompt(question, type=click.Choice(["e", "x"]), default="e", show_choices=False, err=True) == "x":
        throw_away()
        raise ConfigError("your edit was thrown away; nothing was changed", remedy=EDIT) from None
