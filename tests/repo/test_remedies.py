"""Every remedy in the code is a line that works when it is pasted: what builds one is found, and read as a shell and
the command itself would read it.

That nothing else can be a remedy is the type's to say (mypy): a sentence is no `Remedy`.
"""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

from claude_local_setup.cli import cli
from claude_local_setup.config.file import value_from
from claude_local_setup.config.keys import keys
from claude_local_setup.session import words

PACKAGE = Path(__file__).parents[2] / "claude_local_setup"
BUILDERS = ("Remedy", "FromHere", "typed", "config_set")
OURS = {"_GOOD": "65536", "program": "ollama", "variable": "OLLAMA_CONTEXT_LENGTH", "at": " +1"}  # in a text
UNKNOWN = "some-word"  # in place of what only a run knows
# Those that take a remedy over as it comes, or make one of others: file -> how often.
# Those that make one of another or of words that they are given: by file, how often.
TAKEN_OVER = {
    "checks/server.py": 1,  # from the session program, as the next two
    "checks/shells.py": 3,
    "session/run/running.py": 1,
    "commands/change.py": 3,  # the command that was typed, as these
    "fleet/reports.py": 1,
    "engine/remote.py": 2,
    "engine/remote_lock.py": 1,
    "entries/actions.py": 2,
    "fleet/inventory.py": 5,
    "fleet/lines.py": 3,
    "fleet/password.py": 1,
    "fleet/remote_machine.py": 2,
    "host/distribution.py": 1,
    "screen/many.py": 1,  # for all the hosts that have it
    "session/battery/shells.py": 2,
    "session/words.py": 2,  # the builders
}
ON_EVERY_MACHINE = (
    *("cat", "cd", "chmod", "curl", "df", "echo", "exec", "exit", "export", "getent", "git", "grep", "head", "kill"),
    *("ls", "mkdir", "mv", "pgrep", "pkill", "printf", "python3", "rm", "sh", "sleep", "ssh", "ssh-add", "ssh-copy-id"),
    *(
        "ssh-keygen",
        "su",
        "sudo",
        "sysctl",
        "tail",
        "touch",
        "vi",
        "mount",
        "journalctl",
        "loginctl",
        "systemctl",
        "type",
    ),
)
OF_WHAT_IS_THERE = ("bwrap", "claude", "claude-local", "claude-local-setup", "lms", "llmman", "ollama", UNKNOWN)
_OPERATORS = {"&&", "|", ">", ">>"}


class NotALine(Exception):
    """Of a builder's argument: nothing that can be read here."""


def remedies() -> Iterator[tuple[str, str]]:
    """(where, the line), with a word in place of each value."""
    for file in sorted(PACKAGE.rglob("*.py")):
        name = str(file.relative_to(PACKAGE))
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in BUILDERS:
                try:
                    yield name, line_of(call)
                except NotALine:
                    yield name, ""


def line_of(call: ast.Call) -> str:
    assert isinstance(call.func, ast.Name)
    match call.func.id:
        case "typed":
            first, *rest = map(word_of, call.args)
            if first == UNKNOWN:
                raise NotALine
            return words.typed(first, *rest)
        case "config_set":
            return words.config_set(*(word_of(argument) for argument in call.args))
    return text_of(call.args[0]) if call.args else "true"  # none at all


def word_of(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else UNKNOWN


def text_of(node: ast.expr) -> str:
    """What is written out: a value in it is quoted, or a number or a name of our own."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part) for part in parts)
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id="quoted"))):
            return UNKNOWN
        case ast.FormattedValue(value=ast.Name(id=name)) if name in OURS:
            return OURS[name]
    raise NotALine


LINES = list(remedies())


def test_what_takes_a_remedy_over_is_known() -> None:
    """A new one builds its line of words, or is written out with its values quoted."""
    assert Counter(where for where, line in LINES if not line) == TAKEN_OVER


@pytest.mark.parametrize("line", sorted({line for _, line in LINES if line}))
def test_a_remedy_is_a_line_that_a_shell_takes(line: str) -> None:
    assert subprocess.run(["bash", "-n", "-c", line], capture_output=True).stderr == b""
    assert "…" not in line and "..." not in line and ";" not in re.sub("'[^']*'", "", line)
    for command in commands(line):
        assert_is_one(command)


def commands(line: str) -> Iterator[list[str]]:
    """Of a line, without the variables that stand before each."""
    command: list[str] = []
    for word in [*shlex.split(line), "&&"]:
        if word in _OPERATORS:
            yield command
            command = []
        elif command or not re.match(r"[A-Z_]+=", word):
            command.append(word)


def assert_is_one(command: Sequence[str]) -> None:
    program, *arguments = command
    if program == "${EDITOR:-vi}":
        return
    assert program in (*ON_EVERY_MACHINE, *OF_WHAT_IS_THERE, "bash", "zsh", "fish", "true"), command
    assert not [word for word in arguments if re.fullmatch(r"[A-Z]{3,}", word)], f"a placeholder: {command}"
    if program == "claude-local-setup":
        assert_the_command_takes(arguments)
    if program == "claude-local" and arguments:
        assert arguments[0] in ("--jail", "--explain", "--check-server", "--help", UNKNOWN)


def assert_the_command_takes(arguments: Sequence[str]) -> None:
    """As click reads it, to the last word; a key and its value as the config does."""
    command: click.Command = cli
    context = cli.make_context("claude-local-setup", list(arguments))
    while isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        if not rest or UNKNOWN in rest[:1]:
            break
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command, context = found, found.make_context(name, rest, parent=context)
    if arguments[:2] == ["config", "set"]:
        key, value = arguments[2:]
        assert value == UNKNOWN or keys()[key].problem(value_from(key, value)) is None or value == "-"
    elif arguments[:1] == ["config"] and len(arguments) > 2 and arguments[2] != UNKNOWN:
        assert arguments[2] in keys()


@pytest.mark.parametrize("program", ON_EVERY_MACHINE)
def test_the_program_of_a_remedy_is_there(program: str) -> None:
    """On a machine of every day; some of them the shell's own."""
    found = subprocess.run(["bash", "-c", f"type {program}"], capture_output=True).returncode == 0
    assert found or shutil.which(program, path="/usr/sbin:/sbin"), program


def test_every_command_that_the_code_speaks_of_exists() -> None:
    """In sentences too."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for named in re.findall(r"[:`;] ?claude-local-setup ([a-z]+)", node.value):
                    assert named in cli.commands, (file, node.value)
