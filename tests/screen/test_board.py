"""The live table of many hosts."""

from __future__ import annotations

import io

from rich.console import Console

from claude_local_setup.screen.board import Board

HOSTS = [f"host-{number}" for number in range(50)]


def shown(height: int) -> list[str]:
    """All but the last one are done."""
    console = Console(file=io.StringIO(), width=60, height=height)
    board = Board(console, HOSTS)
    for host in HOSTS[:-1]:
        board.watching(host, "is looked at", bool)
    board.step(HOSTS[-1], "packages", "pending")
    with console.capture() as captured:
        console.print(board.table())
    return captured.get().splitlines()


def test_what_goes_on_is_seen_also_where_the_terminal_has_fewer_lines_than_there_are_hosts() -> None:
    assert [line.split()[0] for line in shown(60)[1:]] == HOSTS
    assert shown(24)[1].split() == ["host-49", "packages", "…"]
    assert len(shown(24)) == len(HOSTS) + 1
