"""A program of the system's that is asked something while the rest goes on, within a time."""

from __future__ import annotations

import os
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST = 16_000_000  # bytes of an answer


class Asked:
    __slots__ = ("_answer", "_process")

    def __init__(self, words: Sequence[str], folder: int) -> None:
        """Starts it in an open folder; of the environment it has what says whose home it is."""
        self._answer, writer = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            try:
                os.fchdir(folder)
                os.dup2(writer, 1)
                os.dup2(os.open(os.devnull, os.O_RDWR), 2)
                kept = {name: os.environ[name] for name in ("HOME", "PATH", "XDG_CONFIG_HOME") if name in os.environ}
                os.execvpe(words[0], list(words), kept)
            finally:
                os._exit(1)
        os.close(writer)

    def answer(self, patience: float) -> tuple[bytes, bool]:
        """What it says, and whether that is all; it is ended where it says nothing for so many seconds."""
        parts: list[bytes] = []
        whole = False
        while not whole and len(parts) * 65536 < _LARGEST and select.select([self._answer], [], [], patience)[0]:
            parts.append(os.read(self._answer, 65536))
            whole = not parts[-1]
        os.close(self._answer)
        os.kill(self._process, 9)
        os.waitpid(self._process, 0)
        return b"".join(parts), whole
