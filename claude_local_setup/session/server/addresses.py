"""Where a model server is: what a written address means, and the ports that are asked where none is pinned."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..network.listeners import Listener
    from ..values import Values

AUTO = "auto"
BASE_URL = "ANTHROPIC_BASE_URL"
HOST = "127.0.0.1"
FALLBACK = f"http://{HOST}:8080"  # what has to have an address, has this one where no server is found
PORTS = (  # in the order in which they are asked
    (8080, "llama-server, before August 2026"),
    (9931, "llama-server"),
    (11434, "Ollama"),
    (1234, "LM Studio"),
    (17434, "llmman"),
    (8000, "vLLM"),
)
_APPENDED = ("/messages", "/v1")  # by Claude Code, to what it is given


def base_of(url: str) -> str:
    """The address as Claude Code takes it, of one that people copy: without /v1 or /v1/messages at its end."""
    base = url.rstrip("/")
    for part in _APPENDED:
        base = base.removesuffix(part).rstrip("/")
    return base


def with_address(rules: str, values: Values) -> str:
    """enforced.json with the address that this session uses: its server may be another than at the last apply."""
    written = next((value for name, value in values.sent_env if name == BASE_URL), values.base_url)
    return rules.replace(f'"{BASE_URL}": "{written}"', f'"{BASE_URL}": "{values.base_url}"')


def candidates(listeners: Callable[[int], Iterable[Listener]], is_trusted: Callable[[int], bool]) -> Iterator[str]:
    """The addresses at which somebody listens, and nobody whom one would not trust with the key."""
    for port, _ in PORTS:
        owners = {item.uid for item in listeners(port) if item.is_everywhere or item.address == HOST}
        if owners and all(map(is_trusted, owners)):
            yield f"http://{HOST}:{port}"
