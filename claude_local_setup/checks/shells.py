"""Shells: a fresh one finds claude-local, and starts the normal claude by its name."""

from __future__ import annotations

from collections.abc import Iterator

from ..config.keys import Config
from ..host.actual import Actual
from ..session.words import Remedy, typed
from . import trials
from .answers import UNTRIED, plain, unless
from .report import Finding
from .trials import Trials

FINDS = "finds claude-local"


def shells(config: Config, actual: Actual, tried: Trials) -> Iterator[Finding]:
    for name in trials.shells(config, actual):
        said = tried.get(f"shell_{name}", UNTRIED)
        words = said.split("\n")
        if note := next((line[5:] for line in words if line.startswith("note ")), ""):
            problem, _, remedy = note.partition("|")
            yield Finding(f"shell: {name} {FINDS}", plain(problem), Remedy(plain(remedy)), warning=True)
            continue
        hindrance = next((line[4:] for line in words if line.startswith("not ")), "")
        if hindrance:
            problem, _, remedy = hindrance.partition("|")
            yield Finding(f"shell: {name} {FINDS}", plain(problem), Remedy(plain(remedy)))
        else:
            found = unless("found" in words, "a fresh login shell does not find it")
            yield Finding(f"shell: {name} {FINDS}", *found)
        if "found" not in words and "path" not in words and hindrance:
            continue  # for the same reason
        yield Finding(f"shell: {name} has ~/.local/bin on PATH", *unless("path" in words, "it is missing there"))
        yield Finding(
            f"shell: {name} starts the normal claude",
            *unless("shadowed" not in words, "`claude` leads to claude-local", typed(name, "-lic", "type -a claude")),
        )
        yield Finding(
            f"shell: {name} exports no ANTHROPIC_*",
            *unless("leaks" not in words, "it does: the normal claude is affected", _WHO_EXPORTS[name]),
        )


_WHO_EXPORTS = {
    "bash": Remedy("grep -n ANTHROPIC_ ~/.bashrc ~/.bash_profile ~/.profile /etc/profile /etc/environment"),
    "zsh": Remedy("grep -n ANTHROPIC_ ~/.zshrc ~/.zshenv ~/.zprofile /etc/environment"),
    "fish": Remedy("grep -rn ANTHROPIC_ ~/.config/fish /etc/environment"),
}
