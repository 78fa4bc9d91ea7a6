"""The process of a session: how it begins, with nothing of the caller's open, and how it ends."""

from __future__ import annotations

import os
import sys

from . import bundle
from .linux import kernel
from .values import PRODUCT, Values, load
from .words import APPLY, FAILED, Refusal, open_streams, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FIXED_PATH = (
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # our own tools: never from the caller's folders
)


def ended(work: Callable[[], int]) -> None:
    """Ends the process with what the work came to; a refusal is said in one line."""
    try:
        code = work()
    except Refusal as refusal:
        say(refusal.told)
        code = refusal.exit_code
    except KeyboardInterrupt:
        code = 130
    except OSError as error:  # something changed or vanished while it was looked at, or there is no more of something
        say(f"{error.filename or 'this machine'}: {error.strerror}: claude-local-setup verify")
        code = FAILED
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        pass  # nobody listens any more
    bundle.leave()
    if code < 0:
        from .linux.signals import die_of

        die_of(-code)
    os._exit(code)


def prepared(home: str) -> tuple[Values, str]:
    """The values, and the caller's PATH. From now on nothing is open that the caller had, and programs are the
    system's."""
    kernel.close_all()
    open_streams()
    path = os.environ.get("PATH", FIXED_PATH)
    os.environ["PATH"] = FIXED_PATH
    values = load(f"{home}/{PRODUCT}/values.json")
    if os.geteuid() != values.uid:
        raise Refusal("this claude-local belongs to another user", remedy=APPLY)
    return values, path
