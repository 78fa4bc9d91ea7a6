"""What Ollama, llmman, LM Studio, vLLM and any other server offer, read out of their answers: pure, like models.

A context is that of a model that is loaded, or what was set for it: what a model was made for says nothing of that.
"""

from __future__ import annotations

from .models import Model, count_of, dict_of, list_of, named, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def is_ollama(version: Any) -> bool:
    """Of GET /api/version."""
    return isinstance(version, dict) and bool(text_of(version, "version"))


def ollama_models(tags: Any, running: Any) -> list[Model]:
    """Of GET /api/tags and GET /api/ps."""
    contexts = {name: count_of(item, "context_length") for item, name in named(list_of(running, "models"), "name")}
    return [
        Model(name, "", "loaded" if name in contexts else "unloaded", contexts.get(name, 0))
        for _, name in named(list_of(tags, "models"), "name")
    ]


def set_context_of(shown: Any) -> int:
    """The num_ctx that a model's own file sets, of Ollama's POST /api/show; 0 where it sets none."""
    lines = text_of(shown, "parameters").split("\n")
    values = [fields[1] for fields in map(str.split, lines) if len(fields) == 2 and fields[0] == "num_ctx"]
    return count_of({"value": values[-1]}, "value") if values else 0


def uses_tools(shown: Any) -> bool:
    """Of POST /api/show: False where the model's capabilities are told, and tools are not among them."""
    told = list_of(shown, "capabilities")
    return not told or "tools" in told


def lm_studio_models(answer: Any, earlier: Any) -> list[Model] | None:
    """Of GET /api/v1/models, and of GET /api/v0/models before 0.4.0; None where the answers are something else."""
    newer = list(named(list_of(answer, "models"), "key"))
    if newer and all("loaded_instances" in item for item, _ in newer):
        return [_in_lm_studio(item, name) for item, name in newer if item.get("type") != "embedding"]
    older = list(named(list_of(earlier, "data")))
    if older and all("state" in item and "max_context_length" in item for item, _ in older):
        return [
            Model(name, "", _state(item.get("state") == "loaded"), count_of(item, "loaded_context_length"))
            for item, name in older
            if item.get("type") != "embeddings"
        ]
    return None


def is_vllm(listed: Any) -> bool:
    """Of GET /v1/models."""
    return any(item.get("owned_by") == "vllm" for item, _ in named(list_of(listed, "data")))


def listed_models(listed: Any) -> list[Model]:
    """Of GET /v1/models of a server whose models are all loaded: vLLM says the context of each, others may."""
    return [Model(name, "", "loaded", count_of(item, "max_model_len")) for item, name in named(list_of(listed, "data"))]


def _in_lm_studio(item: dict[str, Any], name: str) -> Model:
    instances = [each for each in list_of(item, "loaded_instances") if isinstance(each, dict)]
    contexts = [count_of(dict_of(each, "config"), "context_length") for each in instances]
    return Model(name, text_of(item, "display_name"), _state(bool(instances)), contexts[0] if contexts else 0)


def _state(is_loaded: object) -> str:
    return "loaded" if is_loaded else "unloaded"
