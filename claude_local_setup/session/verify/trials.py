"""What verify tries on a host: everything that only trying can tell. Leaves nothing behind.

Lines "KEY BASE64" go out, as the probe gives them; what could not be tried has no line. The battery runs in the real
jail, with things of the host's beside it that it must not reach, in a folder that no session can write.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ..editor import ide
from ..project.workspace import Workspace
from ..values import Values
from . import battery

_LEFT = ".verify."
_PATIENCE = 60
_CALLERS = 7  # the descriptor that the battery tries
_NAME_MAX = 100  # bytes of a socket's name; the kernel takes 107
_ASK = (
    "command -v claude-local >/dev/null && echo found; "
    "type claude 2>/dev/null | grep -q claude-local && echo shadowed; "
    'env | grep -q "^ANTHROPIC_" && echo leaks; case ":$PATH:" in *":$HOME/.local/bin:"*) echo path ;; esac'
)
_ASK_FISH = (
    'type -q claude-local; and echo found; env | grep -q "^ANTHROPIC_"; and echo leaks; '
    "contains -- $HOME/.local/bin $PATH; and echo path"
)


def run(values: Values, path: str, shells: list[str]) -> int:
    """Returns 0."""
    os.environ["PATH"] = path
    _remove_left(values)
    with tempfile.TemporaryDirectory(prefix=f"{_LEFT}{os.getpid()}.", dir=values.product) as folder:
        _say("userns", _starts(values, folder))
        _say("server", _own("--check-server", values=values))
        if (version := _claude_version(path)) is not None:
            _say("claude_version", version)
        for shell in shells:
            if program := shutil.which(shell):
                _say(f"shell_{shell}", _shell(shell, program, folder))
        ports = _editors(values)
        _say("ide", " ".join(map(str, ports)))
        if values.is_jailed:
            _say("boundary", _boundary(values, folder, ports))
    sys.stdout.write("end Cg==\n")
    return 0


def _say(key: str, text: str) -> None:
    sys.stdout.write(f"{key} {base64.b64encode(text.encode('utf-8', 'replace')).decode()}\n")


def _remove_left(values: Values) -> None:
    """Of a run that was killed: its process is no more."""
    for name in os.listdir(values.product):
        if name.startswith(_LEFT) and not os.path.exists(f"/proc/{name.removeprefix(_LEFT).partition('.')[0]}"):
            shutil.rmtree(f"{values.product}/{name}", ignore_errors=True)


def _wrapper(values: Values) -> str:
    return f"{values.home}/.local/bin/claude-local"


def _own(*words: str, values: Values) -> str:
    return _output([_wrapper(values), *words])


def _output(words: list[str], seconds: float = _PATIENCE, **more: object) -> str:
    """What a command says, on both streams; what it had said where it takes too long."""
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
            **more,  # type: ignore[call-overload]
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode("utf-8", "replace")
    except OSError as error:
        return str(error.strerror)
    return str(done.stdout.decode("utf-8", "replace"))


def _starts(values: Values, folder: str) -> str:
    """Which stage of a jail fails, in the words of what does; "ok"."""
    if not values.is_jailed:
        return "ok"
    work = f"{folder}/empty"
    os.mkdir(work)
    said = _jail(values, work, ["echo", "started"])
    return "ok" if said.endswith("started\n") else said


def _jail(values: Values, work: str, words: list[str], **more: object) -> str:
    """A command in the jail of a folder that is no project: this program, as a process of its own."""
    program = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = (
        f"import sys; sys.path.insert(0, {program!r}); from session.verify.trials import in_jail;"
        f" in_jail({values.real_home!r}, sys.argv[1], sys.argv[2:])"
    )
    return _output(["/usr/bin/python3", "-IS", "-c", code, work, *words], **more)  # type: ignore[arg-type]


def in_jail(home: str, work: str, words: list[str]) -> None:
    """What that process does: as `--jail`, but in a folder of our own. Never returns."""
    from ..host.surroundings import Guide
    from ..main import ended, prepared
    from ..session import in_jail

    def go() -> int:
        values, path = prepared(home)
        os.chdir(work)
        here = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        place = os.readlink(f"/proc/self/fd/{here}")
        return in_jail(
            values, path, Guide(values), Workspace(place, place, here), words, state=f"{os.path.dirname(place)}/state"
        )

    ended(go)


def _claude_version(path: str) -> str | None:
    more = os.path.expanduser("~/.local/bin")
    program = shutil.which("claude", path=f"{path}:{more}:/usr/local/bin")
    return _output([program, "--version"], 20) if program else None


def _shell(kind: str, program: str, folder: str) -> str:
    """A fresh login shell, as a new terminal starts one. fish keeps its history where it is told to."""
    ask, more = (_ASK_FISH, {"XDG_DATA_HOME": f"{folder}/fish"}) if kind == "fish" else (_ASK, {})
    try:
        done = subprocess.run(
            [program, "-lic", ask],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **more},
            timeout=20,
            check=False,
            start_new_session=True,
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _editors(values: Values) -> list[int]:
    """The ports of this user's editors that have left a lock and listen."""
    from ..network.listeners import listens

    return [port for port, _ in ide.locks(values) if listens(port, values.uid)]


def _boundary(values: Values, folder: str, ports: list[int]) -> str:
    work, outside = f"{folder}/workspace", f"{folder}/outside"
    _make_workspace(work, outside)
    script = battery.script(values.level, values.network, nested=values.nested)
    script += '\n[ -z "$5" ] || if socat -u OPEN:/dev/null "TCP:127.0.0.1:$5"; then echo ide reached; fi 2>/dev/null'
    os.dup2(os.open(f"{outside}/file", os.O_RDONLY), _CALLERS)  # before there are threads
    with ExitStack() as services, tempfile.NamedTemporaryFile() as in_tmp:
        abstract = f"\0claude-local-verify-{os.getpid()}"
        places: list[str | tuple[str, int]] = [*_places(outside), ("127.0.0.1", 0), abstract]
        started = [services.enter_context(_service(place)) for place in places]
        if not all(map(_answers, started)):
            return "no service of this machine's own can be reached"
        port = started[2].getsockname()[1]
        editor = str(ports[0]) if ports else ""
        words = ["sh", "-c", script, "battery", outside, str(port), str(os.getpid()), in_tmp.name, editor]
        more = {"CALLERS_SECRET": "told", **({"CLAUDE_CODE_SSE_PORT": editor} if editor else {})}
        return _jail(values, work, words, env={**os.environ, **more}, pass_fds=(_CALLERS,))


def _make_workspace(work: str, outside: str) -> None:
    """A repository with all that the jail protects, and a folder beside it."""
    os.makedirs(outside)
    os.makedirs(work)
    _output(["git", "init", "-q", work])
    for name in (
        ".git/objects",
        ".git/refs",
        ".git/hooks",
        ".git/modules/sub/module/hooks",
        ".vscode",
        ".idea",
        ".claude",
        ".own-hooks",
    ):
        os.makedirs(f"{work}/{name}", exist_ok=True)
    config = "[core]\n\trepositoryformatversion = 0\n\thooksPath = .own-hooks\n[commit]\n\tgpgsign = false\n"
    head = "ref: refs/heads/main\n"
    for name, content in {
        ".git/config": config,
        ".git/HEAD": head,
        ".git/modules/sub/module/config": config,
        ".git/modules/sub/module/HEAD": head,
        ".claude/settings.json": "{}\n",
        ".mcp.json": "{}\n",
        ".envrc": "{}\n",
        "../outside/file": "",
    }.items():
        with open(f"{work}/{name}", "w") as file:
            file.write(content)


def _places(outside: str) -> list[str]:
    """Names for two sockets; too long ones are bound as some programs do, from their current directory."""
    names = [f"{outside}/socket", f"{os.path.dirname(outside)}/workspace/socket"]
    if max(len(os.fsencode(name)) for name in names) <= _NAME_MAX:
        return names
    os.chdir(outside)
    return ["socket", "../workspace/socket"]


@contextmanager
def _service(place: str | tuple[str, int]) -> Iterator[socket.socket]:
    """A service of the host's, which says that it was reached."""
    with socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET) as listener:
        listener.bind(place)
        listener.listen(16)
        threading.Thread(target=_say_reached, args=(listener,), daemon=True).start()
        yield listener


def _say_reached(listener: socket.socket) -> None:
    while True:
        try:
            with listener.accept()[0] as caller:
                caller.sendall(b"reached\n")
        except OSError:
            return


def _answers(listener: socket.socket) -> bool:
    """From out here it must be reached, else it proves nothing that a session does not reach it."""
    with socket.socket(listener.family) as caller:
        caller.settimeout(5)
        try:
            caller.connect(listener.getsockname())
            return caller.recv(100) == b"reached\n"
        except OSError:
            return False
