"""A sign of life: after a second a line at the end of the terminal that counts on, and goes with what it stood for."""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock, start_new_thread  # as they are before gevent makes them its own
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from ..session.words import printable

_PATIENCE, _BEAT = 1.0, 0.2  # seconds
_SIGNS = "-\\|/"
_MOST = 60  # columns
_STDERR = 2


def is_seen() -> bool:
    """Whether a line that moves can be: on a terminal that can go back in its line, where nobody wants it plain."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb" and "NO_COLOR" not in os.environ


class Life:
    """What goes on, in words; `begins` with the next thing."""

    def __init__(self) -> None:
        self._drawing, self._running, self._ended = allocate_lock(), allocate_lock(), allocate_lock()
        self._text, self._began, self._is_drawn = "", monotonic(), False

    def begins(self, text: str) -> None:
        """What was drawn is gone: other lines may be shown now."""
        with self._drawing:
            self._erase()
            self._text, self._began = text, monotonic()

    def tells(self, text: str) -> None:
        """How far it is."""
        with self._drawing:
            self._text = text

    def start(self) -> None:
        self._running.acquire()
        self._ended.acquire()
        start_new_thread(self._live, ())

    def stop(self) -> None:
        self._running.release()
        self._ended.acquire()
        self._erase()

    def _live(self) -> None:
        beat = 0
        while not self._running.acquire(timeout=_BEAT):
            with self._drawing:
                if (seconds := monotonic() - self._began) > _PATIENCE and self._text:
                    self._draw(f"{_SIGNS[beat % len(_SIGNS)]} {printable(self._text)[:_MOST]}, {seconds:.0f} s")
            beat += 1
        self._ended.release()

    def _draw(self, line: str) -> None:
        self._is_drawn = True
        _write(f"\r\x1b[K{line}")

    def _erase(self) -> None:
        if self._is_drawn:
            self._is_drawn = False
            _write("\r\x1b[K")


@contextmanager
def life(text: str = "") -> Iterator[Life]:
    """While it lasts; nothing is drawn where nobody sees it."""
    shown = Life()
    shown.begins(text)
    if not is_seen():
        yield shown
        return
    shown.start()
    try:
        yield shown
    finally:
        shown.stop()


def _write(text: str) -> None:
    with suppress(OSError):  # nobody looks any more
        os.write(_STDERR, text.encode())
