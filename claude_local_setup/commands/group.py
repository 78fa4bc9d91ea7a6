"""How commands are listed and found: help texts whole at any width, other tools' names for ours, and did-you-mean."""

from __future__ import annotations

import inspect
from copy import copy
from typing import Any

import click


class Command(click.Command):
    """Its line in a list is its first sentence: click would cut it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.short_help = self.short_help or _first_sentence(self.help or "")


class Group(Command, click.Group):
    command_class = Command
    group_class = type

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            whose = "" if error.possibilities else self._whose(error.option_name, ctx)
            raise click.UsageError(error.format_message() + whose, ctx) from None

    def _whose(self, option: str, ctx: click.Context) -> str:
        """An option that stands in the wrong place: a command's, or the other program's."""
        from difflib import get_close_matches

        from ..session.main import OPTIONS

        if near := get_close_matches(option, OPTIONS, n=1):
            return f" Did you mean: claude-local {near[0]}?"
        having = [name for name in self._shown() if option in _options(self.commands[name])]
        return f" Did you mean: {ctx.command_path} {having[0]} {option}?" if having else ""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None:
            ctx.fail(f"No such command {name!r}. {self._instead(name)}")
        return super().resolve_command(ctx, args)

    def _instead(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name, self.commands, n=1)
        return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(self._shown())}."

    def _shown(self) -> list[str]:
        return [name for name, command in self.commands.items() if not command.hidden]

    def also_called(self, **names: str) -> None:
        """Further names of commands, not listed."""
        for name, command in names.items():
            same = copy(self.commands[command])
            same.hidden = True
            self.add_command(same, name)


def _options(command: click.Command) -> list[str]:
    return [name for parameter in command.params for name in parameter.opts]


def _first_sentence(text: str) -> str:
    paragraph = " ".join(inspect.cleandoc(text).partition("\n\n")[0].split())
    sentence, end, _ = paragraph.partition(". ")
    return sentence + end.strip() if end else paragraph
