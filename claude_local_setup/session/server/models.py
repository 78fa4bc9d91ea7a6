"""What a server offers, read out of its answers: pure, and content with any JSON, since a server may say anything.

Four kinds are told apart: the management API, llama-server's router mode, llama-swap, and llama-server with one model.
"""

from __future__ import annotations

from enum import Enum
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

NAMELESS = "(no name)"


class Kind(Enum):
    MANAGEMENT = "management API"
    ROUTER = "llama-server, router mode"
    SWAP = "llama-swap"
    SINGLE = "llama-server"


class Model:
    """`name` is what the server is asked for; `context` in tokens, 0 where it is not known before it is loaded."""

    __slots__ = ("context", "name", "state", "title")

    def __init__(self, name: str, title: str = "", state: str = "unloaded", context: int = 0) -> None:
        self.name = name
        self.title = title
        self.state = state
        self.context = context

    @property
    def loaded(self) -> bool:
        return self.state == "loaded"

    def with_context(self, tokens: int) -> Model:
        """The same, with that context where it is known."""
        return Model(self.name, self.title, self.state, tokens or self.context)


class Offer:
    __slots__ = ("kind", "models")

    def __init__(self, kind: Kind, models: Sequence[Model]) -> None:
        self.kind = kind
        self.models = models

    def find(self, wanted: str) -> Model | None:
        """By name, else by title."""
        by_name = (model for model in self.models if model.name == wanted)
        by_title = (model for model in self.models if model.title == wanted)
        return next(by_name, next(by_title, None))


def management_models(answer: Any) -> list[Model] | None:
    """Of GET /models on the management API; None where the answer is something else."""
    if not isinstance(answer, dict) or not isinstance(answer.get("models"), list):
        return None
    return [
        Model(
            name, _text(item, "name"), "loaded" if item.get("active") is True else "unloaded", _count(item, "ctx_size")
        )
        for item, name in _named(answer["models"])
    ]


def is_router(props: Any) -> bool:
    return isinstance(props, dict) and props.get("role") == "router"


def router_models(answer: Any) -> list[Model]:
    """Of GET /models in router mode. A model that could not be loaded has the state "failed"."""
    return [Model(name, "", _router_state(item), _router_context(item)) for item, name in _named(_list(answer, "data"))]


def is_swap(answer: Any) -> bool:
    return any(item.get("owned_by") == "llama-swap" for item, _ in _named(_list(answer, "data")))


def swap_models(answer: Any, running: Any) -> list[Model]:
    """Of GET /v1/models and GET /running of llama-swap."""
    states = {_text(item, "model"): _text(item, "state") for item in _list(running, "running")}
    return [
        Model(name, _text(item, "name"), _swap_state(states.get(name)), _count(_dict(item, "meta"), "n_ctx"))
        for item, name in _named(_list(answer, "data"))
    ]


def ready_in_swap(running: Any) -> list[str]:
    """The models that answer now, of GET /running of llama-swap."""
    told = [(_text(item, "model"), _text(item, "state")) for item in _list(running, "running")]
    return [name for name, state in told if name and state == "ready"]


def single_model(props: Any) -> Model | None:
    """Of GET /props of a llama-server with one model; None where the answer is something else."""
    context = context_of(props)
    if not context:
        return None
    name = (_text(props, "model_alias") or _text(props, "model_path")).rpartition("/")[2]
    return Model(name or NAMELESS, "", "loaded", context)


def context_of(props: Any) -> int:
    """The tokens that one request gets, of GET /props; 0 where it does not say."""
    return _count(_dict(props, "default_generation_settings"), "n_ctx") if isinstance(props, dict) else 0


def trained_context(answer: Any) -> int:
    """The tokens that a llama-server's one model was made for, of GET /v1/models; 0 where it does not say."""
    first = next(_named(_list(answer, "data")), ({}, ""))[0]
    return _count(_dict(first, "meta"), "n_ctx_train")


def knows_tools(props: Any) -> bool:
    """Of GET /props: False where the chat template is said to know neither tools nor calls of them."""
    told = _dict(props, "chat_template_caps")
    return told.get("supports_tools") is not False or told.get("supports_tool_calls") is not False


def slots_of(props: Any) -> int:
    return _count(props, "total_slots") if isinstance(props, dict) else 0


def lists_models(answer: Any) -> bool:
    """Whether GET /v1/models was answered as a model server does."""
    return isinstance(answer, dict) and isinstance(answer.get("data"), list)


def is_asleep(props: Any) -> bool:
    return isinstance(props, dict) and props.get("is_sleeping") is True


def error_of(answer: Any) -> str:
    """The message of a server's error, in the shapes that the four kinds use."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return _text(error, "message") if isinstance(error, dict) else error if isinstance(error, str) else ""


def _router_state(item: dict[str, Any]) -> str:
    status = _dict(item, "status")
    return "failed" if status.get("failed") is True else _text(status, "value") or "unloaded"


def _router_context(item: dict[str, Any]) -> int:
    given = _list(_dict(item, "status"), "args")
    for flag, value in pairwise(given):
        if flag in ("-c", "--ctx-size"):
            return _count({"value": value}, "value")
    return 0


def _swap_state(state: str | None) -> str:
    return {"ready": "loaded", "starting": "loading"}.get(state or "", "unloaded")


def _named(items: list[Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for item in items:
        if isinstance(item, dict) and (name := _text(item, "id")):
            yield item, name


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _dict(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _count(value: dict[str, Any], key: str) -> int:
    """Some say a number as a text, and "" for none."""
    found = value.get(key)
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 10:
        found = int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 2**31 else 0
