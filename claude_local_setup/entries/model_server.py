"""The model server itself: its model downloaded, started, and waited for until it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..host import paths
from ..host.actual import Actual, Node
from ..session.words import APPLY, NO_LINE, Remedy, in_turn
from .actions import Action, Command, Step, remove_all
from .ours import there_without_content
from .places import ImpossibleError, check_no_session
from .record import Before, Put, Record
from .steps import shown

UNIT = paths.UNIT.rpartition("/")[2]
_DOWNLOAD = 12 * 3600  # seconds
_WRITTEN = ("log", "sessions.lock", "server.lock")  # by session/serving


@dataclass(frozen=True)
class ModelServer:
    """`path`: where its models lie. `needs`: what it runs by, and starts anew when that is another."""

    name: str
    path: str
    source: str
    is_download: bool
    runs: str  # systemd, session
    needs: Mapping[str, bytes]
    problem: str = ""  # why there can be none
    remedy: Remedy = NO_LINE

    def put(self) -> Put:
        return Put(self.path, to=self.source)

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        return None

    def step(self, actual: Actual, known: Record | None) -> Step:
        if self.problem:
            raise ImpossibleError(self.problem, self.remedy)
        commands = tuple(self._commands(actual))
        if not commands:
            return Step(self.name)
        if self.runs == "session" and not actual.is_absent(actual.path(paths.SERVER_JSON)):
            check_no_session(actual)  # it holds the server as that was until now
        if self.runs == "systemd" and not actual.facts["user_manager"]:
            problem = "the model server is a service of this user's systemd, which does not run"
            raise ImpossibleError(problem, in_turn(Remedy("loginctl enable-linger"), APPLY))
        action = Action(commands, seconds=_DOWNLOAD)
        return Step(self.name, "pending", shown(action, "+"), action)

    def _commands(self, actual: Actual) -> Iterator[Command]:
        serve = actual.path(paths.SERVE)
        is_new = any(actual.node(path).content != content for path, content in self.needs.items())
        if actual.is_absent(self.path):
            yield Command(("mkdir", "-p", "-m", "0700", self.path))
        lacks_model = self.is_download and _ready(actual) != self.source
        if lacks_model:
            yield Command((serve, "fetch"))
        if self.runs == "session":
            if is_new or lacks_model:
                yield Command((serve, "prove"))
            return
        if is_new or lacks_model or actual.facts["server_unit"] != "active":
            yield systemctl(actual, "daemon-reload")
            yield systemctl(actual, "restart", UNIT)
            yield Command((*_environment(actual), serve, "await"))

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        """It is stopped; its model stays, as long as no purge takes it."""
        folder = actual.path(paths.SERVER)
        is_running = actual.facts["server_unit"] not in ("", "inactive", "unknown")
        how = "reset-failed" if actual.facts["server_unit"] == "failed" else "stop"
        commands = [systemctl(actual, how, UNIT)] if is_running else []
        written = [path for name in _WRITTEN if (path := f"{folder}/{name}") and name in actual.names(folder)]
        if node.kind == "directory" and not node.link and not actual.names(record.put.path):
            written.append(record.put.path)
        if written:
            commands += remove_all(written).commands
        if not commands:
            return Step(record.name)
        stopped = shown(Action(tuple(commands[:1])), "-") if is_running else ""
        diff = stopped + "".join(f"- rm -r {path}\n" for path in written)
        return Step(record.name, "pending", diff, Action(tuple(commands), gone=tuple(written)))


def systemctl(actual: Actual, *words: str) -> Command:
    return Command((*_environment(actual), "systemctl", "--user", *words))


def _environment(actual: Actual) -> tuple[str, str]:
    """A connection without a login of its own does not say where the user's systemd is reached."""
    return "env", f"XDG_RUNTIME_DIR=/run/user/{actual.facts['uid']}"


def _ready(actual: Actual) -> str:
    return (actual.node(actual.path(paths.SERVER_READY)).content or b"").decode("utf-8", "replace").strip()
