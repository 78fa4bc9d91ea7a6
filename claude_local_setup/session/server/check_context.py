"""Whether what the server gives to one request is enough for a session."""

from __future__ import annotations

from ..network.listeners import listeners
from ..values import parts_of
from ..words import NO_LINE, Remedy, config_set, in_turn, typed
from . import models
from .checked import Outcome
from .models import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .checked import Asked

LEAST = 24_000  # tokens; the prompt alone has 14,000 to 19,000
_GOOD = 65_536
ENOUGH = 64_000  # below, a session works but is summed up often
ALL_BUT_ANSWER = 16_000
_CHECK = "context"
_SERVICE = Remedy(
    'sudo sh -c \'mkdir -p /etc/systemd/system/ollama.service.d && printf "[Service]%b" '
    '"\\nEnvironment=OLLAMA_CONTEXT_LENGTH=65536\\n" >/etc/systemd/system/ollama.service.d/context.conf '
    "&& systemctl daemon-reload && systemctl restart ollama'"
)
_NAMED = (Kind.OLLAMA, Kind.LLMMAN, Kind.LM_STUDIO, Kind.VLLM)


def context_is_enough(asked: Asked) -> Iterator[Outcome]:
    """Sets `context_tokens`: what the server gives, or less if the config says so."""
    chosen = asked.context_tokens
    if asked.context and not 0 < chosen < asked.context:
        asked.context_tokens = asked.context
    tokens, most = asked.context_tokens, asked.values.max_output_tokens
    if tokens == 0:
        yield _unknown(asked)
    elif tokens < LEAST:
        problem = f"a context of {tokens} tokens is too small: a session begins with up to 19000"
        advice, remedy = _way_to_more(asked)
        yield Outcome(_CHECK, problem + advice, remedy)
    elif most > 0 and most + ALL_BUT_ANSWER > tokens:
        yield _warning(
            f"answers of {most} tokens leave no room in a context of {tokens}",
            config_set("server.max_output_tokens", "0"),
        )
    elif tokens < ENOUGH:
        advice, remedy = _larger(asked)
        yield _warning(f"a context of {tokens} tokens is soon full{advice}", remedy)
    else:
        yield Outcome(_CHECK)


def _warning(problem: str, remedy: Remedy) -> Outcome:
    return Outcome(_CHECK, problem, remedy, warning=True)


def _unknown(asked: Asked) -> Outcome:
    if asked.kind is not None and asked.kind in _NAMED:
        advice, remedy = _larger(asked)
        problem = f"{asked.kind.value} does not say what context {asked.called} gets, often it is 4096"
        return _warning(problem + advice, remedy)
    problem = f"the server does not say how large its context is: say it, as here for {_GOOD} tokens"
    return _warning(problem, config_set("server.context_tokens", str(_GOOD)))


def _larger(asked: Asked) -> tuple[str, Remedy]:
    """What to add to the problem, where no command of ours or the server's own does it; and the command."""
    if asked.values.serves:
        return "", config_set("server.context_tokens", str(_GOOD))
    match asked.kind:
        case Kind.OLLAMA:
            return "", _SERVICE if _is_a_service(asked) else _restarted("ollama", "OLLAMA_CONTEXT_LENGTH")
        case Kind.LLMMAN:
            return "", _restarted("llmman", "LLMMAN_CONTEXT_LENGTH")
        case Kind.LM_STUDIO if asked.loaded:
            loaded = typed("lms", "load", asked.loaded, "--context-length", str(_GOOD))
            return "", in_turn(Remedy("lms unload --all"), loaded)
        case Kind.VLLM:
            return f"; start vllm with --max-model-len {_GOOD}", NO_LINE
    return f"; start llama-server with -c {_GOOD}" + (" and without -np, which divides it" * (asked.slots > 1)), NO_LINE


def _restarted(program: str, variable: str) -> Remedy:
    stopped = Remedy(f"pkill -x {program} && sleep 2")
    return in_turn(stopped, Remedy(f"{variable}={_GOOD} {program} serve"))


def _is_a_service(asked: Asked) -> bool:
    """Whether its installer's system account runs it."""
    _, _, port, _ = parts_of(asked.url)
    return any(item.uid != asked.values.uid for item in listeners(port))


def _way_to_more(asked: Asked) -> tuple[str, Remedy]:
    if asked.context and asked.context_tokens != asked.context:
        return "", config_set("server.context_tokens", "0")
    if _is_trained_less(asked):
        return "; use another model: this one was made for no more", NO_LINE
    return _larger(asked)


def _is_trained_less(asked: Asked) -> bool:
    """Whether the context is as large as the model allows: the server caps it without a word."""
    if asked.kind is not Kind.SINGLE:
        return False
    return 0 < models.trained_context(asked.get("/v1/models").json) <= asked.context
