"""What is going on on each of many hosts: a live table, or a line for each thing that is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from ..session.words import printable

T = TypeVar("T")
MARKS: Mapping[str, str] = {
    "none": "[dim]·[/]", "pending": "[yellow]○[/]", "changed": "[green]+[/]", "failed": "[red]✗[/]",
}  # fmt: skip
_DONE = "[green]done[/]"


@dataclass
class Board:
    console: Console
    hosts: Sequence[str]
    live: Live | None = None
    now: dict[str, str] = field(default_factory=dict)
    done: dict[str, list[str]] = field(default_factory=dict)

    def step(self, host: str, name: str, change: str) -> None:
        """`change` is "pending" while the step runs, what came of it, or, in words, what it waits for."""
        if change in ("changed", "failed"):
            self.done.setdefault(host, []).append(change)
        else:
            self.now[host] = f"{name} …" if change == "pending" else f"{name}: {escape(printable(change))}"
        if self.live is not None:
            self.live.update(self.table())
        elif change != "pending":
            self.console.print(
                f"{printable(host)}: {name}: {printable(change)}", markup=False, highlight=False, soft_wrap=True
            )

    def watching(self, host: str, doing: str, work: Callable[[], T]) -> T:
        """`work`, with the host shown as busy meanwhile."""
        self.now[host] = f"{doing} …"
        self._show()
        try:
            return work()
        finally:
            self.now[host] = _DONE
            self._show()

    def _show(self) -> None:
        if self.live is not None:
            self.live.update(self.table())

    def table(self) -> Table:
        table = Table("host", "steps", "now", box=None, pad_edge=False)
        for host in self._in_sight():
            marks = "".join(MARKS[change] for change in self.done.get(host, []))
            table.add_row(escape(printable(host)), marks, self.now.get(host, ""))
        return table

    def _in_sight(self) -> Sequence[str]:
        """Where they are more than the terminal has lines, those that are done come last."""
        fits = len(self.hosts) + 1 < self.console.height
        return self.hosts if fits else sorted(self.hosts, key=lambda host: self.now.get(host) == _DONE)


@contextmanager
def board(hosts: Sequence[str], *, err: bool) -> Iterator[Board]:
    console = Console(stderr=err, soft_wrap=False)
    shown = Board(console, list(hosts))
    if not console.is_terminal:
        yield shown
        return
    with Live(console=console, transient=True, refresh_per_second=8) as live:
        shown.live = live
        yield shown
