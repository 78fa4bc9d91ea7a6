"""Help is whole at any width, other tools' names are understood, and a slip of the fingers gets the right word."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from claude_local_setup.cli import cli
from claude_local_setup.session.main import _meant
from tests.homes import Home


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, group
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


@pytest.mark.parametrize("words", [words for words, _ in commands(cli)], ids=" ".join)
def test_nothing_is_cut_or_broken_at_60_columns(words: tuple[str, ...]) -> None:
    said = CliRunner().invoke(cli, [*words, "--help"], terminal_width=60, prog_name="claude-local-setup").output
    assert "Usage: claude-local-setup" in said
    assert max(map(len, said.splitlines())) <= 60
    assert "..." not in re.sub(r"\[ARGS\]\.\.\.|\[(WORDS|WORKSPACE)\]\.\.\.|cargo, \.\.\.|/dev/\.\.\.", "", said)
    assert not re.search(r"[a-z]-\n", said)


def test_each_command_is_listed_with_its_first_sentence() -> None:
    said = CliRunner().invoke(cli, ["--help"], terminal_width=200).output
    assert "Bring this machine, or with -i every host of an inventory, to the target state." in " ".join(said.split())


@pytest.mark.parametrize(
    ("words", "same"),
    [
        (["uninstall", "--help"], ["remove", "--help"]),
        (["doctor", "--help"], ["verify", "--help"]),
        (["upgrade", "--help"], ["apply", "--help"]),
        (["help"], ["--help"]),
        (["help", "models", "use"], ["models", "use", "--help"]),
    ],
)
def test_other_tools_names_are_understood(words: list[str], same: list[str]) -> None:
    said, wanted = (CliRunner().invoke(cli, given, prog_name="x") for given in (words, same))
    assert said.exit_code == wanted.exit_code == 0
    assert said.output.splitlines()[1:] == wanted.output.splitlines()[1:]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verfy"], "Did you mean verify?"),
        (["unistall"], "Did you mean uninstall?"),
        (["config", "sett"], "Did you mean set?"),
        (["xyz"], "There are: init, apply"),
        (["apply", "--dryrun"], "Did you mean --dry-run?"),
        (["--verison"], "Did you mean --version?"),
        (["--explian"], "Did you mean: claude-local --explain?"),
        (["--dry-run", "apply"], "apply --dry-run?"),
    ],
)
def test_a_slip_gets_the_right_word(words: list[str], said: str) -> None:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert said in done.output.replace("'", "")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(
            ("--explian", "--explain"),
            ("--explai", "--explain"),
            ("--explainn", "--explain"),
            ("--exolain", "--explain"),
        ),
        *(("--jial", "--jail"), ("-jail", "--jail"), ("--check-sever", "--check-server")),
        *((word, "") for word in ("", "-p", "--resume", "--model", "--mcp-config", "--print", "--debug", "--ide")),
    ],
)
def test_claude_locals_own_options_are_known_by_a_slip(word: str, meant: str) -> None:
    assert _meant(word) == meant


def test_claude_local_says_what_was_meant_and_its_help_begins_with_its_own(plain_home: Home) -> None:
    plain_home.setup("apply", "-y")
    done = plain_home.local("--explian", cwd=plain_home.workspace())
    assert (done.returncode, done.stderr) == (2, "claude-local: there is no --explian: claude-local --explain\n")
    said = plain_home.local("--help", cwd=plain_home.workspace()).stdout
    assert {"--jail", "--explain", "--check-server"} <= set(re.findall(r"--[a-z-]+", said))
