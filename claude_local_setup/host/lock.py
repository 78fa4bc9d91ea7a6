"""One run at a time: a lock on the home directory, freed by the kernel however the run ends. It leaves no file."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import SetupError
from ..session.words import Remedy, typed


@contextmanager
def only_run(home: Path) -> Iterator[None]:
    """Holds the lock; SetupError at once if another run holds it. A filesystem without locks does not stop anybody."""
    try:
        handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SetupError(f"{home} cannot be used: {error.strerror}", remedy=typed("ls", "-ld", str(home))) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise SetupError(
                "another claude-local-setup is at work here: wait for it to end",
                remedy=Remedy("pgrep -af claude-local-setup"),
            ) from None
    try:
        yield
    finally:
        os.close(handle)
