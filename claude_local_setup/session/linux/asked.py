"""A program of the system's that is asked something while the rest goes on, within a time."""

from __future__ import annotations

import os
import select
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = 3
_KEPT = ("HOME", "PATH", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_LARGEST = 64_000_000  # bytes of an answer


class Asked:
    __slots__ = ("_answer", "_process")

    def __init__(self, words: Sequence[str], folder: int, said: bytes = b"") -> None:
        """Starts it; the open folder is its descriptor 3, `said` its input, and of the environment it has what says
        whose home it is."""
        self._answer, writer = os.pipe()
        reader = _held(said)
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        streams = [
            (os.POSIX_SPAWN_DUP2, reader, 0),
            (os.POSIX_SPAWN_DUP2, writer, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, folder, FOLDER),
        ]
        try:
            self._process = os.posix_spawnp(words[0], list(words), kept, file_actions=streams)
        except (FileNotFoundError, PermissionError):
            self._process = 0
        os.close(writer)
        os.close(reader)

    @property
    def is_there(self) -> bool:
        """Whether there is such a program."""
        return self._process != 0

    def answer(self, patience: float) -> tuple[bytes, bool]:
        """What it says, and whether that is all; it is ended where it is not done after so many seconds."""
        parts: list[bytes] = []
        size, whole, end = 0, False, time.monotonic() + patience
        while not whole and size < _LARGEST:
            if not select.select([self._answer], [], [], max(0, end - time.monotonic()))[0]:
                break
            parts.append(os.read(self._answer, 65536))
            size += len(parts[-1])
            whole = not parts[-1]
        os.close(self._answer)
        if self._process:
            os.kill(self._process, 9)
            os.waitpid(self._process, 0)
        return b"".join(parts), whole


def _held(said: bytes) -> int:
    """A file without a name."""
    if not said:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    file = os.memfd_create("said")
    while said:
        said = said[os.write(file, said) :]
    os.lseek(file, 0, os.SEEK_SET)
    return file
