"""Whether what the server gives to one request is enough for a session."""

from __future__ import annotations

from ..network.listeners import listeners
from ..values import parts_of
from . import models
from .checked import Outcome
from .models import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .checked import Asked

LEAST = 24_000  # tokens; the prompt alone has 14,000 to 19,000
ENOUGH = 64_000  # below, a session works but is summed up often
ALL_BUT_ANSWER = 16_000
_CHECK = "context"
_SERVICE = (
    'sudo sh -c \'mkdir -p /etc/systemd/system/ollama.service.d && printf "[Service]%b" '
    '"\\nEnvironment=OLLAMA_CONTEXT_LENGTH=65536\\n" >/etc/systemd/system/ollama.service.d/context.conf '
    "&& systemctl daemon-reload && systemctl restart ollama'"
)
_LARGER = {
    Kind.OLLAMA: "OLLAMA_CONTEXT_LENGTH=65536 ollama serve",
    Kind.LLMMAN: "LLMMAN_CONTEXT_LENGTH=65536 llmman serve",
    Kind.LM_STUDIO: "lms unload {model}; lms load {model} --context-length 65536",
    Kind.VLLM: "vllm serve {model} --max-model-len 65536",
}


def context_is_enough(asked: Asked) -> Iterator[Outcome]:
    """Sets `context_tokens`: what the server gives, or less if the config says so."""
    chosen = asked.context_tokens
    if asked.context and not 0 < chosen < asked.context:
        asked.context_tokens = asked.context
    tokens, most = asked.context_tokens, asked.values.max_output_tokens
    if tokens == 0:
        yield _warning(*_unknown(asked))
    elif tokens < LEAST:
        problem = f"a context of {tokens} tokens is too small: a session begins with up to 19000"
        yield Outcome(_CHECK, problem, _way_to_more(asked))
    elif most > 0 and most + ALL_BUT_ANSWER > tokens:
        yield _warning(
            f"answers of {most} tokens leave no room in a context of {tokens}",
            "claude-local-setup config set server.max_output_tokens 0 && claude-local-setup apply",
        )
    elif tokens < ENOUGH:
        yield _warning(f"a context of {tokens} tokens is soon full", _larger(asked))
    else:
        yield Outcome(_CHECK)


def _warning(problem: str, remedy: str) -> Outcome:
    return Outcome(_CHECK, problem, remedy, warning=True)


def _unknown(asked: Asked) -> tuple[str, str]:
    if asked.kind is not None and asked.kind in _LARGER:
        problem = f"{asked.kind.value} does not say what context {asked.called} gets, often it is 4096"
        return problem, _larger(asked)
    return "the server does not say how large its context is", "claude-local-setup config set server.context_tokens N"


def _larger(asked: Asked) -> str:
    if asked.kind is Kind.OLLAMA and _is_a_service(asked):
        return _SERVICE
    if asked.kind is not None and asked.kind in _LARGER:
        return _LARGER[asked.kind].format(model=asked.loaded or "MODEL")
    return "start llama-server with -c 65536" + (" and without -np, which divides it" if asked.slots > 1 else "")


def _is_a_service(asked: Asked) -> bool:
    """Whether its installer's system account runs it."""
    _, _, port, _ = parts_of(asked.url)
    return any(item.uid != asked.values.uid for item in listeners(port))


def _way_to_more(asked: Asked) -> str:
    if asked.context and asked.context_tokens != asked.context:
        return "claude-local-setup config set server.context_tokens 0 && claude-local-setup apply"
    if _is_trained_less(asked):
        return "use another model: this one was made for no more"
    return _larger(asked)


def _is_trained_less(asked: Asked) -> bool:
    """Whether the context is as large as the model allows: the server caps it without a word."""
    if asked.kind is not Kind.SINGLE:
        return False
    return 0 < models.trained_context(asked.get("/v1/models").json) <= asked.context
