"""A request such as Claude Code's, with a tool: counted, not answered."""

from __future__ import annotations

from ..words import MODELS, NO_LINE, Remedy, config_set, typed
from . import models
from .check_kind import REFUSES
from .checked import Outcome, plain
from .kinds import COUNT, is_count
from .models import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .answer import Answer
    from .checked import Asked

API, TOOLS = "Messages API", "tools"
_TOOL = {"name": "x", "description": "x", "input_schema": {"type": "object", "properties": {}}}
_NOT_THERE = (404, 405, 501)
_UNCOUNTING = (Kind.OLLAMA, Kind.LLMMAN, Kind.LM_STUDIO)


def serves_a_request(asked: Asked) -> Iterator[Outcome]:
    if asked.asleep:  # it would be loaded for that
        yield from _unasked(
            "the model is not loaded now: the first answer waits until it is",
            typed("claude-local-setup", "models", "use", asked.loaded) if asked.loaded else MODELS,
        )
        return
    answer = _count(asked)
    if is_count(answer):
        yield from _judged(asked)
    elif answer.status == 0:
        yield from _unasked("the server is slow to count tokens: its machine may have too much to do")
    elif asked.kind in _UNCOUNTING:
        yield from _uncounted(asked)
    elif answer.status in _NOT_THERE and asked.kind is None and models.lists_models(asked.told.listed):
        yield from _unasked(f"the server at {asked.url} cannot count tokens; sessions may work all the same")
    else:
        yield _refused(asked, answer)


def _uncounted(asked: Asked) -> Iterator[Outcome]:
    """They count no tokens (by their documentation): an empty request tells whether they know the API, and no more."""
    assert asked.kind is not None
    answer = asked.post("/v1/messages", {})
    if answer.status in (401, 403):
        yield Outcome(API, f"the server at {asked.url} refuses the key", REFUSES)
    elif answer.status in _NOT_THERE or _is_unexpected(answer):
        yield Outcome(API, f"this {asked.kind.value} is too old, it has no Messages API: update it")
    else:
        yield from _judged(asked)


def _is_unexpected(answer: Answer) -> bool:
    """LM Studio answers so to what it does not know, with status 200."""
    return models.error_of(answer.json).startswith("Unexpected endpoint")


def _count(asked: Asked) -> Answer:
    messages = [{"role": "user", "content": "x"}]
    body = {"model": asked.model, "max_tokens": 1, "messages": messages, "tools": [_TOOL]}
    return asked.post(COUNT, body)


def _unasked(problem: str, remedy: Remedy = NO_LINE) -> Iterator[Outcome]:
    """What cannot be known before the session."""
    for check in (API, TOOLS):
        yield Outcome(check, problem, remedy, warning=True)


def _judged(asked: Asked) -> Iterator[Outcome]:
    yield Outcome(API)
    yield Outcome(TOOLS, *_tools_problem(asked))


def _tools_problem(asked: Asked) -> tuple[str, Remedy]:
    if asked.knows_tools:
        return "", NO_LINE
    otherwise = "" if asked.kind in _UNCOUNTING else ", or start llama-server with a --chat-template-file that does"
    return (
        f"the chat template of {asked.called} knows no tools: use a model that is trained for them{otherwise}",
        NO_LINE,
    )


def _refused(asked: Asked, answer: Answer) -> Outcome:
    match answer.status:
        case 401 | 403:
            return Outcome(API, f"the server at {asked.url} refuses the key", REFUSES)
        case 503:
            return Outcome(API, f"the server at {asked.url} is still loading its model", MODELS)
        case 404 | 405 | 501 if asked.kind is Kind.VLLM:
            return Outcome(API, "this vLLM is too old, it has no Messages API: update it")
        case 404 | 405 | 501 if asked.kind is not None:
            return Outcome(API, "this llama-server is too old, it has no Messages API: update llama.cpp")
        case 200 | 404 | 405 | 501:
            return Outcome(
                API,
                f"what answers at {asked.url} is no model server ({plain(answer.media) or 'no type given'})",
                config_set("server.base_url", "auto"),
            )
    if "--jinja" in answer.text:
        return Outcome(
            TOOLS,
            "the server was started without tool templates: start llama-server with --jinja, and without --no-jinja",
        )
    return Outcome(
        API,
        f"the server refuses a session's request ({answer.status} {plain(answer.text[:200])}): "
        "try another model or --chat-template, and update llama.cpp",
    )
