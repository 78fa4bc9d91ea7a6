"""Links that a session has left and that lead out, or lie in git's folders: what writes to them writes there. They are
removed, with consent."""

from __future__ import annotations

import os
import stat

from ..git.left import LEADS
from ..linux.files import open_beneath
from ..linux.terminal import agreed
from ..words import say
from .judging import OUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def offer(found: Mapping[str, str]) -> None:
    """Asks whether to remove them, on the terminal that has just named them."""
    paths = [path for path, reason in found.items() if reason.startswith((LEADS, OUT))]
    if not paths or not os.isatty(2):
        return
    what = "this link" if len(paths) == 1 else f"these {len(paths)} links"
    if agreed(f"remove {what}? [y/N] "):
        for path in paths:
            _remove(path)


def _remove(path: str) -> None:
    """Only what is a link, and never through another."""
    folder, _, name = path.rpartition("/")
    try:
        root = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            here = open_beneath(root, folder, os.O_PATH | os.O_DIRECTORY)
        finally:
            os.close(root)
        try:
            if stat.S_ISLNK(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode):
                os.unlink(name, dir_fd=here)
        finally:
            os.close(here)
    except OSError as error:
        say(f"{path} was not removed: {error.strerror}")
