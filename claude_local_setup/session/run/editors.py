"""The editors of a running session: the copies of their locks, and a way to those that start later."""

from __future__ import annotations

import os

from ..editor import ide
from . import ways

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .running import Run
    from .scene import Scene


class Watch:
    __slots__ = ("_known", "_made")

    def __init__(self, made: Scene) -> None:
        self._made = made
        self._known: set[int] = set()

    def look(self, run: Run) -> None:
        """Shows the session each editor that is new; those from before the start are reached already."""
        made = self._made
        reached = {way.place.port for way in made.ways.ways}
        for editor in ide.editors(made.values, made.workspace.cwd, made.guide.untrusted):
            if editor.port in self._known:
                continue
            if made.values.network != "private" or editor.port in reached or self._reach(run, editor):
                self._known.add(editor.port)
                _show(run.boxes[0], editor)

    def _reach(self, run: Run, editor: ide.Editor) -> bool:
        try:
            way = ways.to_editor(editor, self._made.workspace.root)
        except ImportError:  # an apply has replaced the program meanwhile
            return False
        return run.relays.add_later(way)


def _show(box: int, editor: ide.Editor) -> None:
    try:
        file = os.open(f"{editor.port}.lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=box)
    except OSError:
        return
    try:
        os.write(file, editor.lock)
    finally:
        os.close(file)
