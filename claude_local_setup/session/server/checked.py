"""A server that is asked before a session: what is known of it by then, and what came of each check."""

from __future__ import annotations

from .. import words
from ..words import NO_LINE, Remedy
from . import models
from .answer import Answer
from .http import Server
from .kinds import Told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..values import Values
    from .models import Kind

_PATIENCE = 1.8  # seconds for each question: a silent server is named before anybody wonders
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@+=, -")


class Outcome:
    """Of one check: `problem` is "" where all is well; a `warning` hinders no session."""

    __slots__ = ("check", "problem", "remedy", "warning")

    def __init__(self, check: str, problem: str = "", remedy: Remedy = NO_LINE, *, warning: bool = False) -> None:
        self.check = check
        self.problem = problem
        self.remedy = remedy
        self.warning = warning

    @property
    def line(self) -> str:
        """CHECK|PROBLEM|REMEDY, as `--check-server` tells it to verify."""
        return "|".join((self.check, self.problem, self.remedy, *(["warning"] if self.warning else [])))

    @property
    def told(self) -> str:
        return words.told(self.problem, self.remedy)

    @property
    def is_failure(self) -> bool:
        return bool(self.problem) and not self.warning


class Asked:
    """`model`: what this session's requests name. `loaded`: the model that answers, as the server calls it, or "".

    `kind`: None for anything else with a Messages API. `context`: the server's tokens for one request, 0 if unknown;
    `context_tokens`: what the session may count on.
    """

    __slots__ = (
        *("asleep", "autoload", "context", "context_tokens", "kind", "knows_tools", "loaded", "model", "names", "note"),
        *("props", "ready", "server", "slots", "told", "values"),
    )

    def __init__(self, values: Values, key: str) -> None:
        self.values = values
        self.server = Server(values.base_url, key)
        self.kind: Kind | None = None
        self.model = values.pinned_model
        self.loaded = ""
        self.context = 0
        self.context_tokens = values.context_tokens
        self.slots = 1
        self.asleep = False
        self.knows_tools = True
        self.autoload = True
        self.props: Any = None
        self.told = Told(None, Answer())
        self.names: list[str] = []  # of all the models that a session may switch to
        self.note = ""  # what is to be said of the choice of the model
        self.ready: list[str] = []  # of a llama-swap

    @property
    def url(self) -> str:
        return self.values.base_url

    @property
    def called(self) -> str:
        return self.loaded or "the model"

    def get(self, path: str) -> Answer:
        return self.server.get(path, _PATIENCE)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        return self.server.post(path, body, _PATIENCE)

    def read_props(self, props: Any) -> bool:
        """Takes in what /props tells of a model; False where it is no model's."""
        told = models.single_model(props)
        if told is None:
            return False
        self.context = told.context
        self.loaded = plain(told.name) if told.name != models.NAMELESS else self.loaded
        self.slots = models.slots_of(props) or self.slots
        self.asleep = self.asleep or models.is_asleep(props)
        self.knows_tools = self.knows_tools and models.knows_tools(props)
        return True


def plain(text: str) -> str:
    """What a server says, without anything that a terminal or JSON would take for more."""
    return "".join(letter if letter in _PLAIN else "?" for letter in text)
