"""What verify tries on a host: everything that only trying can tell. Leaves nothing behind.

Lines "KEY BASE64" go out, as the probe gives them; what could not be tried has no line. The battery runs in the real
jail, with things of the host's beside it that it must not reach, in a folder that no session can write.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack

from ..editor import ide
from ..serving.held import hold
from ..values import Values
from ..words import Refusal
from ..workspace.place import Workspace
from . import asked, attempts, bubblewrap, tool_call
from .asked import claude_version, output, own
from .beside import answers, make_workspace, service, socket_places
from .shells import asked as shell_asked

_LEFT = ".verify."
_BUILT_IN = ("bwrap", "--unshare-user", "--dev-bind", "/", "/", "--")
_CALLERS = 7  # the descriptor that the battery tries


def run(values: Values, path: str, shells: list[str]) -> int:
    """Returns 0."""
    os.environ["PATH"] = path
    _remove_left(values)
    _hold(values)
    with tempfile.TemporaryDirectory(prefix=f"{_LEFT}{os.getpid()}.", dir=values.product) as folder:
        _say("userns", _starts(values, folder))
        _say("bwrap", bubblewrap.told())
        _say("server", own("--check-server", values=values))
        if (version := claude_version(path)) is not None:
            _say("claude_version", version)
        for shell in shells:
            if program := shutil.which(shell):
                _say(f"shell_{shell}", shell_asked(shell, program, folder, asked.wrapper(values)))
        ports = _editors(values)
        _say("ide", " ".join(map(str, ports)))
        if values.is_jailed:
            _say("boundary", _boundary(values, folder, ports))
            if values.serves:
                _say("tool_call", _tool_call(values, folder))
    sys.stdout.write("end Cg==\n")
    return 0


def _say(key: str, text: str) -> None:
    sys.stdout.write(f"{key} {base64.b64encode(text.encode('utf-8', 'replace')).decode()}\n")


def _hold(values: Values) -> None:
    """The model server that sessions start: until the last trial."""
    try:
        hold(values, lambda _: None)
    except Refusal:
        pass  # the server's own trial says it


def _tool_call(values: Values, folder: str) -> str:
    """What the model that we installed answers from within the jail when it is asked to use a tool."""
    work = f"{folder}/asking"
    os.mkdir(work)
    words = ["/usr/bin/python3", "-I", "-c", tool_call.ASK]
    said = _jail(values, work, words, seconds=tool_call.PATIENCE + 10)
    return said.strip()[-300:] or "no answer"


def _remove_left(values: Values) -> None:
    """Of a run that was killed: its process is no more."""
    for name in os.listdir(values.product):
        if name.startswith(_LEFT) and not os.path.exists(f"/proc/{name.removeprefix(_LEFT).partition('.')[0]}"):
            shutil.rmtree(f"{values.product}/{name}", ignore_errors=True)


def _starts(values: Values, folder: str) -> str:
    """Which stage of a jail fails, in the words of what does; "ok". At level bash of Claude Code's own sandbox."""
    if values.is_jailed:
        work = f"{folder}/empty"
        os.mkdir(work)
        said = _jail(values, work, ["echo", "started"])
    else:
        said = output([*_BUILT_IN, *_BUILT_IN, "echo", "started"])  # what filters its commands makes a namespace again
    return "ok" if said.endswith("started\n") else said


def _jail(values: Values, work: str, words: list[str], **more: object) -> str:
    """A command in the jail of a folder that is no project: this program, as a process of its own."""
    program = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = (
        f"import sys; sys.path.insert(0, {program!r}); from session.battery.trials import in_jail;"
        f" in_jail({values.real_home!r}, sys.argv[1], sys.argv[2:])"
    )
    return output(["/usr/bin/python3", "-IS", "-c", code, work, *words], **more)  # type: ignore[arg-type]


def in_jail(home: str, work: str, words: list[str]) -> None:
    """What that process does: as `--jail`, but in a folder of our own. Never returns."""
    from ..process import ended, prepared
    from ..session import in_jail
    from ..shown.surroundings import Guide

    def go() -> int:
        values, path = prepared(home)
        os.chdir(work)
        here = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        place = os.readlink(f"/proc/self/fd/{here}")
        return in_jail(
            values, path, Guide(values), Workspace(place, place, here), words, state=f"{os.path.dirname(place)}/state"
        )

    ended(go)


def _editors(values: Values) -> list[int]:
    """The ports of this user's editors that have left a lock and listen."""
    from ..network.listeners import listens

    return sorted({port for port, _ in ide.locks(values) if listens(port, values.uid)})


def _boundary(values: Values, folder: str, ports: list[int]) -> str:
    work, outside = f"{folder}/workspace", f"{folder}/outside"
    make_workspace(work, outside)
    script = attempts.script(values.level, values.network, nested=values.nested)
    script += '\n[ -z "$5" ] || if socat -u OPEN:/dev/null "TCP:127.0.0.1:$5"; then echo ide reached; fi 2>/dev/null'
    os.dup2(os.open(f"{outside}/file", os.O_RDONLY), _CALLERS)  # before there are threads
    with ExitStack() as services, tempfile.NamedTemporaryFile() as in_tmp:
        abstract = f"\0claude-local-verify-{os.getpid()}"
        places: list[str | tuple[str, int]] = [*socket_places(outside), ("127.0.0.1", 0), abstract]
        started = [services.enter_context(service(place)) for place in places]
        if not all(map(answers, started)):
            return "no service of this machine's own can be reached"
        port = started[2].getsockname()[1]
        editor = str(ports[0]) if ports else ""
        words = ["sh", "-c", script, "battery", outside, str(port), str(os.getpid()), in_tmp.name, editor]
        more = {"CALLERS_SECRET": "told", **({"CLAUDE_CODE_SSE_PORT": editor} if editor else {})}
        return _jail(values, work, words, env={**os.environ, **more}, pass_fds=(_CALLERS,))
