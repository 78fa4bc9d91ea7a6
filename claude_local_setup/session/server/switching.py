"""Finding out what a server offers, and having it load another model: the effects of `claude-local-setup models`."""

from __future__ import annotations

from ..words import MODELS, Refusal, Remedy, config_set, typed
from . import models
from .answer import Answer
from .checked import plain
from .http import NotOurs, Server
from .kinds import ASKED, COUNT, is_count, told
from .loading import first_word, load
from .models import Kind, Model, Offer
from .offering import offer_of
from .servers import Servers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[str], None]


def offer(servers: Servers) -> Offer:
    """Asks which kind of server this is and what it offers, without having it load anything.

    Refusal where nobody answers, or the management API is busy: it does one thing at a time.
    """
    if servers.management and (found := _managed(servers, servers.management)):
        return found
    found_out = told(servers.endpoint.get)
    if offered := offer_of(servers.endpoint, found_out):
        return offered
    raise _nothing_offered(servers.endpoint, found_out.answer)


def use(servers: Servers, wanted: str, progress: Progress) -> Model:
    """Has the server load the model, and returns when that answers. Refusal where it does not come to that."""
    offered = offer(servers)
    model = offered.find(wanted)
    if model is None:
        raise _unknown(servers, offered, wanted)
    if not model.loaded:
        load(servers, offered.kind, model.name, progress)
    progress(f"{model.name} is loaded, waiting for its first word")
    first_word(servers.endpoint, model.name)
    return _loaded(servers, model.name)


def _unknown(servers: Servers, offered: Offer, wanted: str) -> Refusal:
    known = ", ".join(item.name for item in offered.models) or "nothing"
    if servers.management and offered.kind is Kind.SINGLE:
        problem = f"the server has no model but {known}, and nothing that could switch answers at"
        remedy = MODELS
        return Refusal(f"{problem} {servers.management.url}", remedy=remedy)
    from difflib import get_close_matches

    near = get_close_matches(wanted, [item.name for item in offered.models], n=1)
    remedy = typed("claude-local-setup", "models", "use", near[0]) if near else MODELS
    return Refusal(f"the server knows no model {wanted}, only {known}", remedy=remedy)


def _managed(servers: Servers, management: Server) -> Offer | None:
    try:
        answer = management.get("/models")
    except NotOurs:  # so it is not what the config means; the endpoint is asked itself
        return None
    if answer.silent:
        raise Refusal(f"{management.url} is busy: a model is being switched", remedy=MODELS)
    found = models.management_models(answer.json)
    if found is None:
        return None
    context = models.context_of(servers.endpoint.get("/props").json)
    return Offer(Kind.MANAGEMENT, [item.with_context(context) if item.loaded else item for item in found])


def _nothing_offered(endpoint: Server, answer: Answer) -> Refusal:
    match answer.status:
        case 0:
            return Refusal(f"no server answers at {endpoint.url}", remedy=Remedy("claude-local-setup init"))
        case 401 | 403:
            return Refusal(
                f"the server at {endpoint.url} refuses the key",
                remedy=config_set("server.auth_token", "-"),
            )
        case 503:
            return Refusal(f"the server at {endpoint.url} is still loading its model", remedy=MODELS)
    if not is_count(endpoint.post(COUNT, ASKED)):
        return Refusal(
            f"what answers at {endpoint.url} is no model server ({plain(answer.media) or 'no type given'})",
            remedy=config_set("server.base_url", "auto"),
        )
    return Refusal(
        f"the server at {endpoint.url} does not tell which models it has",
        remedy=Remedy("claude-local-setup config edit && claude-local-setup apply"),
    )


def _loaded(servers: Servers, name: str) -> Model:
    return offer(servers).find(name) or Model(name, state="loaded")
