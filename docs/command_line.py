"""The command line as its own help has it: each command with its usage, its words and its options."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from claude_local_setup.cli import cli

NAME = "claude-local-setup"


@dataclass(frozen=True)
class Described:
    """One command: its full name, its arguments, its help by paragraphs, and the options that not every one has."""

    name: str
    arguments: str
    paragraphs: Sequence[str]
    options: Sequence[tuple[str, str]]

    @property
    def summary(self) -> str:
        return self.paragraphs[0] if self.paragraphs else ""


def is_kept(paragraph: str) -> bool:
    """Whether its lines are a table."""
    return paragraph.startswith("\b\n")


def commands(command: click.Command = cli, name: str = NAME, above: click.Context | None = None) -> Iterator[Described]:
    """The command and all below it, in the order of `--help`; the hidden ones left out."""
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=above)
    options = [
        item for item in command.params if isinstance(item, click.Option) and (above is None or item.name != "debug")
    ]
    yield Described(
        name,
        " ".join(command.collect_usage_pieces(context)),
        [paragraph.strip("\n") for paragraph in inspect.cleandoc(command.help or "").split("\n\n")],
        [record for item in options if (record := item.get_help_record(context))],
    )
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            if below and not below.hidden:
                yield from commands(below, f"{name} {word}", context)
