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


def _first_sentence(text: str) -> str:
    paragraph = " ".join(inspect.cleandoc(text).partition("\n\n")[0].split())
    sentence, end, _ = paragraph.partition(". ")
    return sentence + end.strip() if end else paragraph
