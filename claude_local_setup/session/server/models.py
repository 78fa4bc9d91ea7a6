"""What a server offers, read out of its answers: pure, and content with any JSON, since a server may say anything.

Here are llama-server's kinds: the management API, its router mode, llama-swap, and llama-server with one model.
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
    OLLAMA = "Ollama"
    LLMMAN = "llmman"
    LM_STUDIO = "LM Studio"
    VLLM = "vLLM"
    OTHER = "a server with the Messages API"


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
            name,
            text_of(item, "name"),
            "loaded" if item.get("active") is True else "unloaded",
            count_of(item, "ctx_size"),
        )
        for item, name in named(answer["models"])
    ]


def is_router(props: Any) -> bool:
    return isinstance(props, dict) and props.get("role") == "router"


def router_models(answer: Any) -> list[Model]:
    """Of GET /models in router mode. A model that could not be loaded has the state "failed"."""
    offered = named(list_of(answer, "data"))
    return [Model(name, "", _router_state(item), _router_context(item)) for item, name in offered]


def is_swap(answer: Any) -> bool:
    return any(item.get("owned_by") == "llama-swap" for item, _ in named(list_of(answer, "data")))


def swap_models(answer: Any, running: Any) -> list[Model]:
    """Of GET /v1/models and GET /running of llama-swap."""
    states = {text_of(item, "model"): text_of(item, "state") for item in list_of(running, "running")}
    return [
        Model(name, text_of(item, "name"), _swap_state(states.get(name)), count_of(dict_of(item, "meta"), "n_ctx"))
        for item, name in named(list_of(answer, "data"))
    ]


def ready_in_swap(running: Any) -> list[str]:
    """The models that answer now, of GET /running of llama-swap."""
    told = [(text_of(item, "model"), text_of(item, "state")) for item in list_of(running, "running")]
    return [name for name, state in told if name and state == "ready"]


def single_model(props: Any) -> Model | None:
    """Of GET /props of a llama-server with one model; None where the answer is something else."""
    context = context_of(props)
    if not context:
        return None
    name = (text_of(props, "model_alias") or text_of(props, "model_path")).rpartition("/")[2]
    return Model(name or NAMELESS, "", "loaded", context)


def context_of(props: Any) -> int:
    """The tokens that one request gets, of GET /props; 0 where it does not say."""
    return count_of(dict_of(props, "default_generation_settings"), "n_ctx") if isinstance(props, dict) else 0


def trained_context(answer: Any) -> int:
    """The tokens that a llama-server's one model was made for, of GET /v1/models; 0 where it does not say."""
    first = next(named(list_of(answer, "data")), ({}, ""))[0]
    return count_of(dict_of(first, "meta"), "n_ctx_train")


def knows_tools(props: Any) -> bool:
    """Of GET /props: False where the chat template is said to know neither tools nor calls of them."""
    told = dict_of(props, "chat_template_caps")
    return told.get("supports_tools") is not False or told.get("supports_tool_calls") is not False


def slots_of(props: Any) -> int:
    return count_of(props, "total_slots") if isinstance(props, dict) else 0


def lists_models(answer: Any) -> bool:
    """Whether GET /v1/models was answered as a model server does."""
    return isinstance(answer, dict) and isinstance(answer.get("data"), list)


def is_asleep(props: Any) -> bool:
    return isinstance(props, dict) and props.get("is_sleeping") is True


def error_of(answer: Any) -> str:
    """The message of a server's error, in the shapes that the four kinds use."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return text_of(error, "message") if isinstance(error, dict) else error if isinstance(error, str) else ""


def _router_state(item: dict[str, Any]) -> str:
    status = dict_of(item, "status")
    return "failed" if status.get("failed") is True else text_of(status, "value") or "unloaded"


def _router_context(item: dict[str, Any]) -> int:
    given = list_of(dict_of(item, "status"), "args")
    for flag, value in pairwise(given):
        if flag in ("-c", "--ctx-size"):
            return count_of({"value": value}, "value")
    return 0


def _swap_state(state: str | None) -> str:
    return {"ready": "loaded", "starting": "loading"}.get(state or "", "unloaded")


def named(items: list[Any], key: str = "id") -> Iterator[tuple[dict[str, Any], str]]:
    for item in items:
        if isinstance(item, dict) and (name := text_of(item, key)):
            yield item, name


def list_of(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def dict_of(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def text_of(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def count_of(value: dict[str, Any], key: str) -> int:
    """Some say a number as a text, and "" for none."""
    found = value.get(key)
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 10:
        found = int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 2**31 else 0
