"""Servers that would do on the host what a session may not: a llama-server with tools or a proxy of its own.

Whoever reaches its port can have it run commands (POST /tools) or call any address (/cors-proxy). Both are only looked
at here: GET /tools lists, GET /cors-proxy without an address names its error. Where they are off llama-server answers
403, `feature_disabled`, older ones 404 (seen with b10068 and b10434).
"""

from __future__ import annotations

from . import models
from .checked import Outcome
from .http import quoted
from .models import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .answer import Answer
    from .checked import Asked

CHECK = "no tools of its own"
_MOST = 16  # models that run at a time behind one llama-swap
_FLAGS = {"builtin": "--tools and --agent", "mcp": "--mcp-servers-config and --mcp-servers-json"}


def dangers(asked: Asked) -> Iterator[Outcome]:
    """One outcome. Behind a llama-swap each model that runs is a llama-server that a session reaches."""
    behind = asked.ready[:_MOST] if asked.kind is Kind.SWAP else []
    places = ["", *(f"/upstream/{quoted(name)}" for name in behind)]
    found = (problem for place in places for problem in _problems(asked, place))
    yield Outcome(CHECK, next(found, ""))


def tools_in(answer: Any) -> list[str]:
    """The kinds of the tools (builtin, mcp) that GET /tools lists; none where the answer is something else."""
    items = answer if isinstance(answer, list) else []
    return [str(item.get("type")) for item in items if isinstance(item, dict) and {"tool", "definition"} & item.keys()]


def is_proxy(answer: Answer) -> bool:
    """Whether GET /cors-proxy misses only the address to call."""
    return answer.status in (400, 500) and "url" in models.error_of(answer.json).lower()


def _problems(asked: Asked, place: str) -> Iterator[str]:
    tools = asked.get(f"{place}/tools")
    if kinds := tools_in(tools.json) if tools.status == 200 else []:
        what = f"the server at {asked.url} runs tools outside the jail for whoever asks it, a session too"
        yield f"{what}: start llama-server without {_FLAGS.get(kinds[0], _FLAGS['builtin'])}"
    proxy = asked.get(f"{place}/cors-proxy")
    if is_proxy(proxy) or (not place and _says_proxy(asked.props)):
        what = f"the server at {asked.url} calls any address for whoever asks it, a session too"
        yield f"{what}: start llama-server without --ui-mcp-proxy and --agent"
    if 0 in (tools.status, proxy.status):
        yield f"the server at {asked.url} does not say whether it has tools of its own: start it again"


def _says_proxy(props: Any) -> bool:
    return isinstance(props, dict) and props.get("cors_proxy_enabled") is True
