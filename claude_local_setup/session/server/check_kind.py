"""Which server answers, whether it is safe to let a session reach it, and which of its models the session asks for."""

from __future__ import annotations

import os

from ..words import MODELS, NO_LINE, Remedy, config_set, typed
from . import models
from .check_named import named_model
from .checked import Outcome, plain
from .http import NotOurs, quoted
from .kinds import told
from .models import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .checked import Asked
    from .models import Model

REFUSES = config_set("server.auth_token", "-")
_MODEL = "the model"
_WINDOWS = "one on Windows is reached from WSL by its own address, or at 127.0.0.1 with networkingMode=mirrored"


def answers(asked: Asked) -> Iterator[Outcome]:
    """Finds out the kind, and what /props tells of a single model."""
    try:
        found = told(asked.get)
    except NotOurs as error:
        yield Outcome("answers", error.problem, error.remedy)
        return
    yield Outcome("answers", *_unanswered(asked, found.answer.status if found.kind is None else 200))
    asked.told, asked.kind, asked.props = found, found.kind, found.props
    match found.kind:
        case Kind.ROUTER:
            asked.autoload = found.props.get("models_autoload") is not False
        case Kind.SINGLE:
            asked.read_props(found.props)
            asked.model = asked.loaded.removesuffix(".gguf") or asked.values.any_model  # any name will do
        case Kind.SWAP:
            asked.ready = models.ready_in_swap(asked.get("/running").json)


def find_model(asked: Asked) -> Iterator[Outcome]:
    """Where there are several: the configured one, or the one that is loaded. Another one would be loaded by asking."""
    match asked.kind:
        case Kind.ROUTER:
            yield from _of_router(asked)
        case Kind.SWAP:
            yield from _of_swap(asked)
        case Kind.SINGLE:
            pass
        case _:
            yield from named_model(asked)


def _unanswered(asked: Asked, status: int) -> tuple[str, Remedy]:
    match status:
        case 0:
            where = f"on this machine, {asked.url} was the last one" if asked.values.finds_server else f"at {asked.url}"
            return f"no server answers {where}{_of_windows(os.uname().release)}", Remedy("claude-local-setup init")
        case 503:
            return f"the server at {asked.url} is still loading its model", MODELS
        case 401 | 403:
            return f"the server at {asked.url} refuses the key", REFUSES
    return "", NO_LINE


def _of_windows(kernel: str) -> str:
    """What nobody sees who has a server on Windows and a session in WSL 2."""
    return f" ({_WINDOWS})" if "microsoft" in kernel.lower() else ""


def _of_router(asked: Asked) -> Iterator[Outcome]:
    offered = models.router_models(asked.get("/models").json)
    asked.names = [model.name for model in offered]
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


def _state_problem(asked: Asked, model: Model) -> tuple[str, Remedy]:
    match model.state:
        case "loaded":
            return "", NO_LINE
        case "loading":
            return f"the server at {asked.url} is still loading {model.name}", MODELS
        case "failed":
            return (
                f"the server could not load {model.name}",
                MODELS,
            )
    if asked.autoload:
        return "", NO_LINE
    return f"{model.name} is not loaded", typed("claude-local-setup", "models", "use", model.name)


def _of_swap(asked: Asked) -> Iterator[Outcome]:
    asked.names = known = [model.name for model in models.swap_models(asked.told.listed, None)]
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
        return Outcome(_MODEL, f"the name of the server's model, {plain(found)}, cannot be used: give it a plain one")
    if asked.values.model:
        return Outcome(
            _MODEL,
            f"the server has no model {plain(asked.values.model)}",
            config_set("server.model", _nearest(asked)) if asked.names else MODELS,
        )
    return Outcome(_MODEL, f"the server at {asked.url} has loaded no model", MODELS)


def _nearest(asked: Asked) -> str:
    from difflib import get_close_matches

    known = [name for name in asked.names if plain(name) == name]
    return (get_close_matches(asked.values.model, known, n=1, cutoff=0) or known or [""])[0]
