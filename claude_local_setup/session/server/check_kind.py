"""Which server answers, whether it is safe to let a session reach it, and which of its models the session asks for."""

from __future__ import annotations

from . import models
from .checked import Outcome, plain
from .http import NotOurs, quoted
from .models import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .checked import Asked
    from .models import Model

ADVICE = "llama-server -c 65536 --jinja …"
LOADING = "wait a moment and start again"
REFUSES = "claude-local-setup config set server.auth_token KEY && claude-local-setup apply"
_MODEL = "the model"


def answers(asked: Asked) -> Iterator[Outcome]:
    """Finds out the kind, and what /props tells of a single model."""
    try:
        props = asked.get("/props")
    except NotOurs as error:
        yield Outcome("answers", error.problem, error.remedy)
        return
    yield Outcome("answers", *_unanswered(asked, props.status))
    asked.props = props.json if props.status == 200 else None
    if models.is_router(asked.props):
        asked.kind = Kind.ROUTER
        asked.autoload = asked.props.get("models_autoload") is not False
    elif asked.read_props(asked.props):
        asked.kind = Kind.SINGLE
        asked.model = asked.values.any_model  # one model: any name will do, so the one that suits Claude Code best
    else:
        asked.listed = asked.get("/v1/models").json
        asked.kind = Kind.SWAP if models.is_swap(asked.listed) else None
    if asked.kind is Kind.SWAP:
        asked.ready = models.ready_in_swap(asked.get("/running").json)


def find_model(asked: Asked) -> Iterator[Outcome]:
    """Where there are several: the configured one, or the one that is loaded. Another one would be loaded by asking."""
    match asked.kind:
        case Kind.ROUTER:
            yield from _of_router(asked)
        case Kind.SWAP:
            yield from _of_swap(asked)


def _unanswered(asked: Asked, status: int) -> tuple[str, str]:
    match status:
        case 0:
            return (
                f"no server answers at {asked.url}",
                f"start it ({ADVICE}), or: claude-local-setup config set server.base_url URL",
            )
        case 503:
            return f"the server at {asked.url} is still loading its model", LOADING
        case 401 | 403:
            return f"the server at {asked.url} refuses the key", REFUSES
    return "", ""


def _of_router(asked: Asked) -> Iterator[Outcome]:
    offered = models.router_models(asked.get("/models").json)
    wanted = asked.values.model
    found = next((model for model in offered if (model.name == wanted if wanted else model.loaded)), None)
    if found is None or plain(found.name) != found.name:
        yield _no_model(asked, found.name if found else "")
        return
    asked.model = asked.loaded = found.name
    asked.context = found.context
    if found.loaded:
        asked.read_props(asked.get(f"/props?model={quoted(found.name)}&autoload=false").json)
    asked.asleep = asked.asleep or not found.loaded
    yield Outcome(_MODEL, *_state_problem(asked, found))


def _state_problem(asked: Asked, model: Model) -> tuple[str, str]:
    match model.state:
        case "loaded":
            return "", ""
        case "loading":
            return f"the server at {asked.url} is still loading {model.name}", LOADING
        case "failed":
            return (
                f"the server could not load {model.name}",
                "claude-local-setup models, then: claude-local-setup models use NAME",
            )
    if asked.autoload:
        return "", ""
    return f"{model.name} is not loaded", f"claude-local-setup models use {model.name}"


def _of_swap(asked: Asked) -> Iterator[Outcome]:
    known = [model.name for model in models.swap_models(asked.listed, None)]
    wanted = asked.values.model
    found = (wanted if wanted in known else "") if wanted else next(iter(asked.ready), "")
    if not found or plain(found) != found:
        yield _no_model(asked, found)
        return
    asked.model = asked.loaded = found
    if found in asked.ready:
        asked.read_props(asked.get(f"/upstream/{quoted(found)}/props").json)
    else:
        asked.asleep = True
    yield Outcome(_MODEL)


def _no_model(asked: Asked, found: str) -> Outcome:
    if found:
        return Outcome(
            _MODEL, f"the name of the server's model, {plain(found)}, cannot be used", "give it a plain name"
        )
    if asked.values.model:
        return Outcome(
            _MODEL,
            f"the server has no model {plain(asked.values.model)}",
            "claude-local-setup models lists them; then: claude-local-setup config set server.model NAME",
        )
    return Outcome(_MODEL, f"the server at {asked.url} has loaded no model", "claude-local-setup models use NAME")
