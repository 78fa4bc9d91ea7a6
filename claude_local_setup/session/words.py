"""How the session program speaks: a refusal is one sentence and one remedy, a line that can be pasted; nothing it shows
is obeyed by a terminal."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FAILED = 1
USAGE = 2
SETUP = "claude-local-setup"
_COMMANDS = (  # those of SETUP
    "apply|caches|completion|config|doctor|help|init|models|remove|server|status|uninstall|update|upgrade|verify|vscode"
)
_PASTED = ": claude-local"
setup = SETUP  # what calls it here: whoever starts the program says so


def open_streams() -> None:
    """Those that the caller has closed: what is opened first would get their numbers."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


class Remedy(str):
    """What mends a problem: a line that works when it is pasted into a shell, with nothing in it but commands.

    Empty where no command helps: then the problem's sentence says what to do. Made by `typed`,
    `in_turn`, `edited` and `config_set`, or written out where it takes a shell's own words; a test parses every one.
    """

    __slots__ = ()


NO_LINE = Remedy()


def typed(*words: str) -> Remedy:
    """One command."""
    return Remedy(" ".join(map(quoted, words)))


def in_turn(*lines: Remedy) -> Remedy:
    """Each after the one before, if that went well."""
    return Remedy(" && ".join(lines))


APPLY = Remedy("claude-local-setup apply")
VERIFY = Remedy("claude-local-setup verify")
MODELS = Remedy("claude-local-setup models")
PROJECT = Remedy("mkdir -p ~/project && cd ~/project")


def config_set(key: str, value: str) -> Remedy:
    """That choice made, and in effect."""
    return in_turn(typed("claude-local-setup", "config", "set", key, value), APPLY)


def edited(path: str, number: int = 0) -> Remedy:
    """A file opened in the user's editor, at a line."""
    at = f" +{number}" if number else ""
    return Remedy(f'"${{EDITOR:-vi}}"{at} {quoted(path)}')


def told(problem: str, remedy: Remedy) -> str:
    """Both in one line."""
    return f"{problem}: {remedy}" if remedy else problem


class Refusal(Exception):
    """An expected failure. `problem` is one sentence, `exit_code` 1 (2: usage, config)."""

    def __init__(self, problem: str, *, remedy: Remedy, exit_code: int = FAILED) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.exit_code = exit_code

    @property
    def told(self) -> str:
        return told(self.problem, self.remedy)


def printable(text: str) -> str:
    """Without anything that a terminal would obey: names on a disk and servers' answers are other people's bytes."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\t" else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def calling(text: str, command: str) -> str:
    """The text, with `command` wherever it says to run claude-local-setup."""
    if command == SETUP or SETUP not in text:
        return text
    import re

    named = rf"(?<![\w/.-]){SETUP}(?= (?:{_COMMANDS})\b)"
    return re.sub(f"{re.escape(command)}|{named}", lambda _: command, text)


def wrapped(line: str, width: int, indent: str) -> Iterator[str]:
    """Prose no wider than `width` columns, below 40 as it is. A command at its end is pasted: that is one line."""
    if len(line) <= width or width < 40:
        yield line
        return
    import textwrap

    prose, found, command = line.partition(_PASTED)
    yield from textwrap.wrap(
        f"{prose}:" if found else prose, width, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False, replace_whitespace=False, expand_tabs=False,
    )  # fmt: skip
    if found:
        yield indent + found[2:] + command


def quoted(word: str) -> str:
    """As a shell takes it."""
    from shlex import quote

    return quote(word)


def say(line: str) -> None:
    """One line to the user, beside what the session itself prints."""
    try:
        os.write(2, f"claude-local: {printable(calling(line, setup))}\n".encode("utf-8", "replace"))
    except OSError:
        pass  # nobody listens any more


def tell(text: str) -> None:
    """One line of an answer that was asked for."""
    sys.stdout.write(printable(calling(text, setup)) + "\n")
