"""A server that sessions hold, where no systemd runs it: the first one starts it, it stops with the last one.

Two locks, where no session can reach them. `sessions`: shared by each session, as long as any process of it lives,
however it ends. `server`: the keeper's, the server's parent, so there is never a second one. The keeper waits to have
`sessions` for itself, and lets nobody have it until the server is gone: who comes then starts another one.
"""

from __future__ import annotations

import _signal
import fcntl
import os
import time
from functools import partial

from ..linux import kernel
from ..words import Refusal, Remedy, say
from .served import FOLDER, LOADING, Served, become, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..values import Values

_STEP = 0.25  # seconds between two looks
_ENDING = 10.0  # seconds until a server that was asked to end is killed


def hold(values: Values, tell: Callable[[str], None] = say) -> None:
    """Holds the server for as long as this process lives, once it answers. Raises Refusal where it does not."""
    if not values.serves:
        return
    served = load(f"{values.real_home}/{FOLDER}")
    if values.serves == "session":
        sessions = _opened(served, "sessions")  # stays open
        fcntl.flock(sessions, fcntl.LOCK_SH)
        _start(served, sessions, tell)
    elif served.is_stopped():
        raise Refusal("the model server does not run", remedy=Remedy("claude-local-setup server start"))


def process(folder: str) -> int:
    """The server's process; 0 where none runs."""
    try:
        running = os.open(f"{folder}/server.lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return 0
    try:
        return 0 if _has(running, fcntl.LOCK_SH) else int(os.read(running, 20) or b"0")
    finally:
        os.close(running)


def _opened(served: Served, name: str) -> int:
    return os.open(f"{served.folder}/{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _has(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _detached(work: Callable[[], None]) -> None:
    """Nobody's child, and in no terminal's group: Ctrl-C in a session is not for it."""
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            work()
    finally:
        os._exit(1)


def _keep(served: Served, sessions: int, running: int) -> None:
    """The keeper's life."""
    kernel.set_name(b"claude-server")
    log = os.open(served.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    for number, stream in enumerate((os.open(os.devnull, os.O_RDWR), log, log)):
        os.dup2(stream, number)
    os.close(sessions)  # that of the session that started it
    os.chdir("/")
    server = _started(served)
    os.truncate(running, 0)
    os.write(running, str(server).encode())
    last = _opened(served, "sessions")
    while not _has(last, fcntl.LOCK_EX):
        if os.waitpid(server, os.WNOHANG)[0]:
            return
        time.sleep(_STEP)
    _end(server)


def _started(served: Served) -> int:
    keeper = os.getpid()
    server = os.fork()
    if server:
        return server
    try:
        kernel.die_with_parent(_signal.SIGTERM)
        kernel.no_new_privileges()
        if os.getppid() == keeper:
            become(served)
    except Refusal as refusal:
        say(refusal.problem)
    finally:
        os._exit(1)


def _end(server: int) -> None:
    os.kill(server, _signal.SIGTERM)
    end = time.monotonic() + _ENDING
    while not os.waitpid(server, os.WNOHANG)[0]:
        if time.monotonic() > end:
            os.kill(server, _signal.SIGKILL)
        time.sleep(0.05)


def _start(served: Served, sessions: int, tell: Callable[[str], None]) -> None:
    """Starts it where nobody else has, once; and waits."""
    began, said, is_ours = time.monotonic(), -10.0, False
    while not served.answers():
        seconds = time.monotonic() - began
        running = _opened(served, "server")
        if _has(running, fcntl.LOCK_EX):
            if is_ours:
                problem = f"the model server does not start: {last_words(served)}"
                raise Refusal(problem, remedy=Remedy("claude-local-setup server logs"))
            is_ours = True
            _detached(partial(_keep, served, sessions, running))
        os.close(running)
        if seconds > LOADING:
            problem = f"{served.model} is not loaded after {seconds:.0f} s"
            raise Refusal(problem, remedy=Remedy("claude-local-setup server logs"))
        if seconds - said >= 10:
            tell(f"the model server starts with this session: {served.model} is loading, {seconds:.0f} s")
            said = seconds
        time.sleep(_STEP)


def last_words(served: Served) -> str:
    """Of its log: the first line that speaks of an error, the others are what came of it; else the last one."""
    try:
        with open(served.log, encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file.read()[-20_000:].splitlines() if line.strip()]
    except OSError:
        return "it has said nothing"
    wrong = [line for line in lines if " E " in line[:60] or "error" in line.lower() or "failed" in line.lower()]
    return (wrong[:1] or lines or ["it has said nothing"])[-1][:300]
