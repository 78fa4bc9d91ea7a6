"""What a server of each kind offers, asked without having it load anything."""

from __future__ import annotations

from . import models, others
from .http import quoted
from .models import Kind, Model, Offer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .http import Server
    from .kinds import Told

_QUICK = 3.0  # seconds


def offer_of(server: Server, told: Told, patience: float = _QUICK) -> Offer | None:
    """None where the kind is not known, and no models are listed as others list them."""
    match told.kind:
        case Kind.ROUTER:
            found = list(_in_router(server, patience))
        case Kind.SINGLE:
            single = models.single_model(told.props)
            found = [single] if single else []
        case Kind.SWAP:
            found = models.swap_models(told.listed, server.get("/running", patience).json)
        case Kind.OLLAMA | Kind.LLMMAN:
            found = others.ollama_models(told.listed, server.get("/api/ps", patience).json)
        case Kind.LM_STUDIO:
            found = told.listed
        case _:
            found = others.listed_models(told.listed)
    if told.kind is None and not found:
        return None
    return Offer(told.kind or Kind.OTHER, found)


def _in_router(server: Server, patience: float) -> Iterator[Model]:
    """The router's models; of the loaded ones with the context that they have. `autoload=false`: asking loads none."""
    for item in models.router_models(server.get("/models", patience).json):
        if item.loaded:
            props = server.get(f"/props?model={quoted(item.name)}&autoload=false", patience)
            yield item.with_context(models.context_of(props.json))
        else:
            yield item
