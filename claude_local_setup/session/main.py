"""`claude-local`: what was asked for, and who does it. Everything is imported where it is needed."""

from __future__ import annotations

import os
import sys

from .linux import kernel
from .values import PRODUCT, Values, load
from .words import FAILED, USAGE, Refusal, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FIXED_PATH = (
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # our own tools: never from the caller's folders
)
_HELP = """\
usage: claude-local [claude's own arguments]     a session of Claude Code on a local model, in a jail
       claude-local --jail CMD [ARG...]          any command in exactly that jail
       claude-local --explain                    what a session here could read, write and reach; starts nothing
       claude-local --check-server               asks the server what a session would ask it; starts nothing
       claude-local /path/to/claude [ARG...]     the same with that program (VS Code's claudeProcessWrapper)

what follows is claude's own help:
"""


def main(home: str) -> None:
    """Runs what the arguments ask for; `home` is the real home that apply put this into. Never returns."""
    if sys.argv[1:2] == ["--become"]:
        from .run.running import become_below_a_copy

        become_below_a_copy(*sys.argv[2:4])
    ended(lambda: _asked(*prepared(home), sys.argv[1:]))


def ended(work: Callable[[], int]) -> None:
    """Ends the process with what the work came to; a refusal is said in one line."""
    try:
        code = work()
    except Refusal as refusal:
        say(f"{refusal.problem}: {refusal.remedy}")
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
    if code < 0:
        from .linux.signals import die_of

        die_of(-code)
    os._exit(code)


def prepared(home: str) -> tuple[Values, str]:
    """The values, and the caller's PATH. From now on nothing is open that the caller had, and programs are the
    system's."""
    kernel.close_all()
    _open_streams()
    path = os.environ.get("PATH", FIXED_PATH)
    os.environ["PATH"] = FIXED_PATH
    values = load(f"{home}/{PRODUCT}/values.json")
    if os.geteuid() != values.uid:
        raise Refusal("this claude-local belongs to another user", remedy="claude-local-setup apply")
    return values, path


def _open_streams() -> None:
    """A stream that the caller has closed: what is opened first would get its number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115


def _asked(values: Values, path: str, arguments: list[str]) -> int:
    first, rest = (arguments or [""])[0], arguments[1:]
    if first == "--check-server":
        from .server.checks import check_server
        from .server.key import read_key

        return check_server(values, read_key(values.enforced))
    if first == "--try":
        from .verify.trials import run

        return run(values, path, rest)
    if first == "--explain":
        from .explain import explain

        return explain(values, path)
    if first == "--jail":
        from .session import command

        return command(values, path, rest)
    from .session import session

    if first in ("-h", "--help"):
        sys.stdout.write(_HELP + "\n")
        sys.stdout.flush()
    if first.startswith("/"):
        if not (os.path.isfile(first) and os.access(first, os.X_OK)):
            raise Refusal(f"{first} is not a program", remedy="claude-local [claude's own arguments]", exit_code=USAGE)
        return session(values, path, rest, first)
    return session(values, path, arguments, "")
