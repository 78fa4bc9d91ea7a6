"""`claude-local`: what was asked for, and who does it. Everything is imported where it is needed."""

from __future__ import annotations

import os
import sys

from .process import ended, prepared
from .words import USAGE, Refusal, Remedy, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .values import Values

OPTIONS = ("--jail", "--explain", "--check-server")  # our own, beside claude's
_HELP = """\
usage: claude-local [claude's own arguments]     a session of Claude Code on a local model, in a jail
       claude-local --jail CMD [ARG...]          any command in exactly that jail
       claude-local --explain                    what a session here could read, write and reach; starts nothing
       claude-local --explain PATH|HOST:PORT|DOMAIN   the same of one thing, and what would allow it
       claude-local --check-server               asks the server what a session would ask it; starts nothing
       claude-local /path/to/claude [ARG...]     the same with that program (VS Code's claudeProcessWrapper)

what follows is claude's own help:
"""


def main(home: str) -> None:
    """Runs what the arguments ask for; `home` is the real home that apply put this into. Never returns."""
    if sys.argv[1:2] == ["--become"]:
        from .run.becoming import become_below_a_copy

        become_below_a_copy(*sys.argv[2:4])
    ended(lambda: _asked(*prepared(home), sys.argv[1:]))


def _asked(values: Values, path: str, arguments: list[str]) -> int:
    first, rest = (arguments or [""])[0], arguments[1:]
    for word in arguments:
        if word.startswith(("/dev/fd/", "/proc/self/fd/")) and word.rpartition("/")[2] not in ("0", "1", "2"):
            problem = f"{word} is an open file of your shell's, and a session has none of those but standard input"
            raise Refusal(problem, remedy=Remedy("claude-local --help"), exit_code=USAGE)
    if first == "--check-server":
        return _check_server(values)
    if first == "--try":
        from .battery.trials import run

        return run(values, path, rest)
    _say_if_not_applied(values)
    if first == "--explain":
        from .explain.everything import explain

        if len(rest) > 1:
            remedy = typed("claude-local", "--explain", rest[0])
            raise Refusal("--explain takes one thing at a time", remedy=remedy, exit_code=USAGE)
        return explain(values, path, *rest)
    if first == "--jail":
        from .session import command

        return command(values, path, rest)
    from .session import session

    if first in ("-h", "--help"):
        sys.stdout.write(_HELP + "\n")
        sys.stdout.flush()
    if meant := _meant(first):
        raise Refusal(f"there is no {first}", remedy=typed("claude-local", meant), exit_code=USAGE)
    if first.startswith("/"):
        if not (os.path.isfile(first) and os.access(first, os.X_OK)):
            raise Refusal(f"{first} is not a program", remedy=Remedy("claude-local"), exit_code=USAGE)
        return session(values, path, rest, first)
    return session(values, path, arguments, "")


def _say_if_not_applied(values: Values) -> None:
    from .linux.files import read_whole
    from .values import config_sum
    from .words import say

    if config_sum(read_whole(values.config)) != values.config_sum:
        say("the config was changed and is not applied yet: claude-local-setup apply")


def _meant(word: str) -> str:
    """An option of ours that one slip of the fingers makes this word; claude has none that is so near."""
    for name in OPTIONS:
        same = len(os.path.commonprefix([word, name]))  # noqa: RUF071  # of letters, indeed
        one_off = word[same + (len(word) >= len(name)) :] == name[same + (len(name) >= len(word)) :]
        if one_off or sorted(word) == sorted(name):
            return name
    return ""


def _check_server(values: Values) -> int:
    from .server.checked import Outcome
    from .server.checks import check_server
    from .server.key import read_key
    from .serving.held import hold
    from .words import FAILED, tell

    try:
        hold(values)
    except Refusal as refusal:
        tell(Outcome("answers", refusal.problem, refusal.remedy).line)
        return FAILED
    return check_server(values, read_key(values.enforced))
