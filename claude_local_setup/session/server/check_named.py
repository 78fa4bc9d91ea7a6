"""Which model a session asks for, where each request has to name one: Ollama, llmman, LM Studio, vLLM and others."""

from __future__ import annotations

from ..words import NO_LINE, Remedy, config_set
from . import others
from .checked import Outcome, plain
from .models import Kind
from .offering import offer_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .checked import Asked
    from .models import Model

CHECK = "the model"
_MOST = 8  # names in a sentence


def named_model(asked: Asked) -> Iterator[Outcome]:
    """The configured one; else the only one that is loaded; else the only one there is. Says which, in `note`."""
    offered = offer_of(asked.server, asked.told)
    if offered is None:  # nothing is listed: the name that is configured is sent, whatever comes of it
        return
    usable = [model for model in offered.models if plain(model.name) == model.name]
    asked.names = [model.name for model in usable]
    found = _chosen(asked, usable)
    if found is None:
        yield Outcome(CHECK, *_not_clear(asked, usable))
        return
    asked.model = asked.loaded = found.name
    asked.context = found.context
    if asked.kind in (Kind.OLLAMA, Kind.LLMMAN):
        shown = asked.post("/api/show", {"model": found.name}).json
        asked.context = asked.context or others.set_context_of(shown)
        asked.knows_tools = others.uses_tools(shown)
    yield Outcome(CHECK)


def _chosen(asked: Asked, usable: Sequence[Model]) -> Model | None:
    wanted = asked.values.model
    if wanted:
        return next((model for model in usable if model.name in (wanted, f"{wanted}:latest")), None)
    loaded = [model for model in usable if model.loaded]
    for only, why in ((loaded, "the one that is loaded"), (usable, "the only one")):
        if len(only) == 1:
            asked.note = f"model {only[0].name}: {why} at {asked.url}"
            return only[0]
    return None


def _not_clear(asked: Asked, usable: Sequence[Model]) -> tuple[str, Remedy]:
    names = [model.name for model in usable]
    if not names:
        way = _way_to_one(asked.kind)
        return f"{_server(asked)} at {asked.url} has no model" + ("" if way else ": load one there"), way
    shown = ", ".join(names[:_MOST]) + (", …" if len(names) > _MOST else "")
    problem = f"has no model {asked.values.model}, only" if asked.values.model else "has several models, choose one of"
    line = config_set("server.model", names[0])
    return f"{_server(asked)} at {asked.url} {problem}: {shown}", line


def _way_to_one(kind: Kind | None) -> Remedy:
    match kind:
        case Kind.OLLAMA:
            return Remedy("ollama pull qwen3:8b")
        case Kind.LLMMAN:
            return Remedy("llmman pull qwen3:8b")
        case Kind.LM_STUDIO:
            return Remedy("lms get qwen/qwen3-8b")
    return NO_LINE


def _server(asked: Asked) -> str:
    return asked.kind.value if asked.kind else "the server"
