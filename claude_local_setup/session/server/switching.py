"""Finding out what a server offers, and having it load another model: the effects of `claude-local-setup models`."""

from __future__ import annotations

from ..words import Refusal
from . import models
from .answer import Answer
from .http import NotOurs, Server, quoted
from .loading import first_word, load
from .models import Kind, Model, Offer
from .servers import Servers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[str], None]


def offer(servers: Servers) -> Offer:
    """Asks which kind of server this is and what it offers, without having it load anything.

    Refusal where nobody answers, or the management API is busy: it does one thing at a time.
    """
    if servers.management and (found := _managed(servers, servers.management)):
        return found
    props = servers.endpoint.get("/props")
    if models.is_router(props.json):
        return Offer(Kind.ROUTER, list(_with_contexts(servers.endpoint)))
    if props.status == 200 and (single := models.single_model(props.json)):
        return Offer(Kind.SINGLE, [single])
    listed = servers.endpoint.get("/v1/models")
    if models.is_swap(listed.json):
        return Offer(Kind.SWAP, models.swap_models(listed.json, servers.endpoint.get("/running").json))
    raise _nothing_offered(servers.endpoint, props)


def use(servers: Servers, wanted: str, progress: Progress) -> Model:
    """Has the server load the model, and returns when that answers. Refusal where it does not come to that."""
    offered = offer(servers)
    model = offered.find(wanted)
    if model is None:
        known = ", ".join(item.name for item in offered.models) or "nothing"
        raise Refusal(f"the server knows no model {wanted}", remedy=f"claude-local-setup models use NAME, of: {known}")
    if not model.loaded:
        load(servers, offered.kind, model.name, progress)
    progress(f"{model.name} is loaded, waiting for its first word")
    first_word(servers.endpoint, model.name)
    return _loaded(servers, model.name)


def _managed(servers: Servers, management: Server) -> Offer | None:
    try:
        answer = management.get("/models")
    except NotOurs:  # so it is not what the config means; the endpoint is asked itself
        return None
    if answer.silent:
        raise Refusal(
            f"{management.url} is busy: a model is being switched", remedy="wait until that is done, then try again"
        )
    found = models.management_models(answer.json)
    if found is None:
        return None
    context = models.context_of(servers.endpoint.get("/props").json)
    return Offer(Kind.MANAGEMENT, [item.with_context(context) if item.loaded else item for item in found])


def _with_contexts(endpoint: Server) -> Iterator[Model]:
    """The router's models; of the loaded ones with the context that they have. `autoload=false`: asking loads none."""
    for item in models.router_models(endpoint.get("/models").json):
        if item.loaded:
            props = endpoint.get(f"/props?model={quoted(item.name)}&autoload=false")
            yield item.with_context(models.context_of(props.json))
        else:
            yield item


def _nothing_offered(endpoint: Server, props: Answer) -> Refusal:
    match props.status:
        case 0:
            return Refusal(
                f"no server answers at {endpoint.url}", remedy="start llama-server there: claude-local-setup verify"
            )
        case 401 | 403:
            return Refusal(
                f"the server at {endpoint.url} refuses the key",
                remedy="claude-local-setup config set server.auth_token KEY",
            )
        case 503:
            return Refusal(
                f"the server at {endpoint.url} is still loading its model", remedy="wait a moment and try again"
            )
    return Refusal(
        f"the server at {endpoint.url} does not tell which models it has",
        remedy="claude-local-setup config set server.management_url URL, if it has a management API",
    )


def _loaded(servers: Servers, name: str) -> Model:
    return offer(servers).find(name) or Model(name, state="loaded")
