"""A request such as Claude Code's, with a tool and a system message in mid-conversation: counted, not answered."""

from __future__ import annotations

from . import models
from .check_kind import LOADING, REFUSES
from .checked import Outcome, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .answer import Answer
    from .checked import Asked

API, TOOLS, MIDDLE = "Messages API", "tools", "system message in mid-conversation"
_TOOL = {"name": "x", "description": "x", "input_schema": {"type": "object", "properties": {}}}
_NOT_THERE = (404, 405, 501)


def serves_a_request(asked: Asked) -> Iterator[Outcome]:
    if asked.asleep:  # it would be loaded for that
        yield from _unasked(
            "the model is not loaded now: the first answer waits until it is",
            f"claude-local-setup models use {asked.loaded or 'NAME'}",
        )
        return
    whole = _count(asked, {"role": "system", "content": "x"})
    answer = _count(asked) if whole.status >= 400 else whole
    if answer.status == 200 and _is_count(answer):
        yield from _judged(asked, takes_middle=answer is whole)
    elif answer.status == 0:
        yield from _unasked("the server is slow to count tokens", "look at the load of its machine")
    elif answer.status in _NOT_THERE and asked.kind is None and models.lists_models(asked.listed):
        yield from _unasked(f"the server at {asked.url} cannot count tokens", "nothing, if sessions work")
    else:
        yield _refused(asked, answer)


def _count(asked: Asked, *after: dict[str, str]) -> Answer:
    messages = [{"role": "user", "content": "x"}, *after]
    body = {"model": asked.model, "max_tokens": 1, "messages": messages, "tools": [_TOOL]}
    return asked.post("/v1/messages/count_tokens", body)


def _is_count(answer: Answer) -> bool:
    """A web page or another program's error may come with status 200, too."""
    return isinstance(answer.json, dict) and isinstance(answer.json.get("input_tokens"), int)


def _unasked(problem: str, remedy: str) -> Iterator[Outcome]:
    """What cannot be known before the session."""
    for check in (API, TOOLS, MIDDLE):
        yield Outcome(check, problem, remedy, warning=True)


def _judged(asked: Asked, *, takes_middle: bool) -> Iterator[Outcome]:
    yield Outcome(API)
    yield Outcome(TOOLS, *_tools_problem(asked))
    if takes_middle or "claude-3-" in asked.model:
        yield Outcome(MIDDLE)
    else:
        yield Outcome(
            MIDDLE,
            f"the chat template of {asked.called} refuses system messages in mid-conversation",
            "give the model a name with claude-3- in it (an alias such as "
            f"local-claude-3-{asked.loaded}), or another --chat-template",
        )


def _tools_problem(asked: Asked) -> tuple[str, str]:
    if asked.knows_tools:
        return "", ""
    return (
        f"the chat template of {asked.called} knows no tools",
        "use a model that is trained for tools, or llama-server --chat-template-file FILE",
    )


def _refused(asked: Asked, answer: Answer) -> Outcome:
    match answer.status:
        case 401 | 403:
            return Outcome(API, f"the server at {asked.url} refuses the key", REFUSES)
        case 503:
            return Outcome(API, f"the server at {asked.url} is still loading its model", LOADING)
        case 404 | 405 | 501 if asked.kind is not None:
            return Outcome(API, "this llama-server is too old: it has no Messages API", "update llama.cpp")
        case 200 | 404 | 405 | 501:
            return Outcome(
                API,
                f"what answers at {asked.url} is no model server ({plain(answer.media) or 'no type given'})",
                "claude-local-setup config set server.base_url URL",
            )
    if "--jinja" in answer.text:
        return Outcome(
            TOOLS,
            "the server was started without tool templates",
            "start llama-server with --jinja, and without --no-jinja",
        )
    return Outcome(
        API,
        f"the server refuses a session's request ({answer.status} {plain(answer.text[:200])})",
        "try another model or --chat-template, and update llama.cpp",
    )
