"""claude's own arguments: those that would loosen the rules are refused."""

from __future__ import annotations

import os

from .linux.files import is_inside
from .words import USAGE, Refusal, Remedy, edited, quoted, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .values import Values

_NORMAL = ("update", "upgrade", "install", "migrate-installer", "setup-token", "login", "logout")
# Of two --settings the last one wins, whole; managed ones go before all others (in 2.1.330 also told on stdin), and
# what later versions call so is none of the caller's either. A project's root elsewhere has settings of its own.
_ELSEWHERE = "--project-config-root"


def check_arguments(values: Values, arguments: Sequence[str]) -> None:
    """Raises Refusal for those of claude's own arguments that would loosen the rules."""
    first = (arguments or [""])[0]
    if first == "auth" and list(arguments[1:2]) != ["status"]:
        raise Refusal("'auth' is for the normal claude", remedy=Remedy("claude auth"), exit_code=USAGE)
    if first in _NORMAL:
        raise Refusal(f"'{first}' is for the normal claude", remedy=typed("claude", first), exit_code=USAGE)
    for argument in arguments:  # also behind a "--": that may be an option's value
        name = argument.partition("=")[0]
        if name == _ELSEWHERE or (name.startswith("--") and "settings" in name):
            own = f"{values.home}/.claude-local/settings.json"
            problem = f"{name} is taken by claude-local's own rules: your settings belong into {own}"
            raise Refusal(problem, remedy=edited(own), exit_code=USAGE)
        if argument in ("--bg", "--background"):  # it leaves a service behind
            problem = f"{argument} does not work in a jail that ends with its session"
            raise Refusal(
                problem,
                remedy=typed("claude-local", *(word for word in arguments if word != argument)),
                exit_code=USAGE,
            )


def notes(values: Values, arguments: Sequence[str], root: str) -> Iterator[str]:
    """What of claude's own arguments will not do what it says, and what would."""
    words = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    for folder in _values(words, ("--add-dir",)):
        path = os.path.realpath(os.path.expanduser(folder))
        may = [root, *(os.path.realpath(os.path.expanduser(written)) for written in values.write)]
        if values.is_jailed and not any(is_inside(path, place) for place in may):
            allow = f"claude-local-setup config set isolation.write {quoted(path)} && claude-local-setup apply"
            yield f"--add-dir {folder}: a session cannot write there; to allow it: {allow}"
    if any("Bash" in allowed for allowed in _values(words, ("--allowedTools", "--allowed-tools"))):
        yield "--allowedTools Bash has no effect: each command is asked for, and refused where nobody can be asked (-p)"


def without_sources(arguments: Sequence[str]) -> list[str]:
    """Those without --setting-sources: of two, the last one wins."""
    kept: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == "--setting-sources":
            del left[:1]
        elif not word.startswith("--setting-sources="):
            kept.append(word)
    return kept


def _values(words: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """Of an option that takes one or more: the words behind it, up to the next option."""
    taking = False
    for word in words:
        name, found, value = word.partition("=")
        if word.startswith("-"):
            taking = name in names
            if taking and found:
                yield value
        elif taking:
            yield word
