"""One apply at a time: a lock on the manifest's folder, freed by the kernel however the run ends."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import SetupError


@contextmanager
def only_run(state_dir: Path) -> Iterator[None]:
    """Holds the lock; SetupError at once if another run holds it. A filesystem without locks does not stop anybody."""
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SetupError(f"{state_dir} cannot be used: {error.strerror}", remedy=f"ls -ld {state_dir.parent}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise SetupError(
                "another claude-local-setup is at work here", remedy="wait for it to end, then run this again"
            ) from None
    try:
        yield
    finally:
        os.close(handle)
