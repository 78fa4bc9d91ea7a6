"""A shell command, read just far enough to tell which files of a folder it would run."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_VALUE = "\x01"  # stands for what only the shell knows: $NAME, ${NAME}, $(COMMAND)
_BETWEEN = dict.fromkeys(map(ord, ";&|(){}!`\n"), "\n")  # what stands between commands
_QUOTES = dict.fromkeys(map(ord, "'\"<>"), " ")
_BEFORE = (
    "then",
    "do",
    "else",
    "elif",
    "if",
    "while",
    "until",
    "exec",
    "env",
    "sudo",
    "time",
    "command",
    "nohup",
    "xargs",
)
_INTERPRETERS = (
    *("sh", "bash", "dash", "zsh", "ksh", "fish", "python", "python2", "python3", "node", "deno", "bun", "tsx", "ruby"),
    *("perl", "php", "lua", "tclsh", "Rscript", "source", ".", "source_env", "source_env_if_exists"),
)
_SCRIPTS = (".sh", ".bash", ".zsh")  # handed to a program that runs it, more often than read


def programs(command: str) -> Iterator[str]:
    """The files that it names where a program stands, or a script: paths below whatever folder it is run in, or whole
    ones."""
    for words in _commands(command):
        yield from filter(None, map(_relative, _of_one(words)))


def folders(command: str) -> list[str]:
    """Where it goes before it runs something."""
    return [words[1] for words in _commands(command) if words[0] == "cd" and len(words) > 1]


def _of_one(words: list[str]) -> Iterator[str]:
    place = 0
    while place < len(words) and (words[place] in _BEFORE or ("=" in words[place] and "/" not in words[place])):
        place += 1
    if place == len(words):
        return
    first, rest = words[place], words[place + 1 :]
    if "/" in first:
        yield first
    if os.path.basename(first) in _INTERPRETERS:
        if rest[:1] == ["-m"] and len(rest) > 1:
            yield f"{rest[1].replace('.', '/')}.py"
            yield f"{rest[1].replace('.', '/')}/__main__.py"
        yield from [word for word in rest if not word.startswith("-")][:1]
    yield from (word for word in rest if "/" in word and word.endswith(_SCRIPTS))


def _relative(word: str) -> str:
    """Without what leads to the folder; "" for what lies nobody knows where."""
    if word.startswith("/"):
        return os.path.normpath(word)
    if word.startswith((_VALUE + "/", "./", "../")):
        word = word.partition("/")[2]
    parts = [part for part in word.split("/") if part not in ("", ".", "..")]
    return "" if word.startswith(("~", "-")) or _VALUE in word else "/".join(parts)


def _commands(text: str) -> list[list[str]]:
    plain = _without_values(text).translate(_BETWEEN).translate(_QUOTES)
    return [words for line in plain.split("\n") if (words := line.split())]


def _without_values(text: str) -> str:
    if "$" not in text:
        return text
    found, place = [], 0
    while place < len(text):
        if text[place] != "$":
            found.append(text[place])
            place += 1
            continue
        closing = {"(": ")", "{": "}"}.get(text[place + 1 : place + 2])
        end = text.find(closing, place) + 1 if closing else place + 1
        while not closing and end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        found.append(_VALUE)
        place = end or len(text)
    return "".join(found)
