"""Having a server load a model, by the way that its kind has, and waiting until it answers."""

from __future__ import annotations

import time
from threading import Thread

from ..words import MODELS, Refusal
from . import models
from .answer import Answer
from .http import Server, quoted
from .models import Kind
from .servers import Servers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[str], None]


PATIENCE = 660.0  # the management API: two minutes for docker, five for the model, and each wait may take longer
_STEP = 0.5
_COMES_BACK = 60.0  # from the switch's end to the first answer, at most


def load(servers: Servers, kind: Kind, name: str, progress: Progress) -> None:
    match kind:
        case Kind.MANAGEMENT:
            assert servers.management is not None
            _switch(servers, servers.management, name, progress)
        case Kind.ROUTER:
            _load_in_router(servers.endpoint, name, progress)
        case Kind.SWAP:  # it loads by being asked
            answer = _waited(lambda: servers.endpoint.get(f"/upstream/{quoted(name)}/health", PATIENCE), name, progress)
            _check(answer, name)
        case Kind.OLLAMA | Kind.LLMMAN | Kind.LM_STUDIO:
            pass  # by the first word that is asked for
        case _:
            raise AssertionError("its models are loaded")


def _switch(servers: Servers, management: Server, name: str, progress: Progress) -> None:
    """POST /switch answers when all is over, nobody is answered until then. A failure is 200 too: `success` tells."""
    answer = _waited(lambda: management.post("/switch", {"model": name}, PATIENCE), name, progress)
    _check(answer, name)
    said = answer.json if isinstance(answer.json, dict) else {}
    if said.get("success") is True:
        return
    if said.get("state") == "starting":
        raise Refusal(
            f"{name} is not there yet, the server goes on starting it",
            remedy=MODELS,
        )
    raise Refusal(
        f"the server did not start {name}{_status(management)}",
        remedy=MODELS,
    )


def _status(management: Server) -> str:
    said = management.get("/status").json
    text = said.get("status") if isinstance(said, dict) else None
    return f": {text}" if isinstance(text, str) and text else ""


def _load_in_router(endpoint: Server, name: str, progress: Progress) -> None:
    """POST /models/load answers at once; the list says how far it is."""
    answer = endpoint.post("/models/load", {"model": name})
    if "already running" not in models.error_of(answer.json):
        _check(answer, name)
    for seconds in _ticks(PATIENCE):
        state = next(
            (item.state for item in models.router_models(endpoint.get("/models").json) if item.name == name), "gone"
        )
        if state == "loaded":
            return
        if state in ("failed", "gone") and seconds > 1:  # an earlier failure is still there at first
            raise Refusal(f"the server could not load {name}", remedy=MODELS)
        progress(f"{name} is loading, {seconds:.0f} s")
        time.sleep(_STEP if seconds > 1 else 0.05)
    raise Refusal(f"{name} is not loaded after {PATIENCE:.0f} s", remedy=MODELS)


def _waited(call: Callable[[], Answer], name: str, progress: Progress) -> Answer:
    """The answer of a call that takes its time, with progress meanwhile. Ctrl-C leaves the call behind."""
    answers: list[Answer] = []
    caller = Thread(target=lambda: answers.append(call()), daemon=True)
    caller.start()
    for seconds in _ticks(PATIENCE):
        caller.join(_STEP)
        if answers:
            return answers[0]
        progress(f"{name} is loading, {seconds:.0f} s")
    return Answer(silent=True)


def _ticks(most: float) -> Iterator[float]:
    """The seconds since the first one, again and again until `most`; the caller waits in between."""
    began = time.monotonic()
    while (seconds := time.monotonic() - began) < most:
        yield seconds


def _check(answer: Answer, name: str) -> None:
    if 200 <= answer.status < 300:
        return
    if answer.status == 409:
        raise Refusal("the server is switching models already", remedy=MODELS)
    reason = models.error_of(answer.json) or (f"status {answer.status}" if answer.status else "it does not answer")
    raise Refusal(f"the server did not load {name}: {reason}", remedy=MODELS)


def first_word(endpoint: Server, name: str) -> None:
    """The model has to say something: a server that is healthy may still be one that cannot generate."""
    body = {"model": name, "max_tokens": 1, "messages": [{"role": "user", "content": "Say ok"}]}
    answer = Answer()
    for _ in _ticks(_COMES_BACK):
        answer = endpoint.post("/v1/messages", body, PATIENCE)
        if answer.silent or answer.status not in (0, 503):
            break
        time.sleep(_STEP)
    _check(answer, name)
