"""Far sides of other makes: Ollama, llmman, LM Studio, vLLM, and pages that are no model server. As they document it.

Ollama: docs.ollama.com/api/tags, /api/ps, /api/show, /api/version, /api/anthropic-compatibility (tokens are not
counted), /context-length. llmman: github.com/ericcurtin/inferrs, docs/api.md. LM Studio:
lmstudio.ai/docs/developer/rest/list (v1), /docs/developer/rest/endpoints (v0), /docs/developer/anthropic-compat.
vLLM: docs.vllm.ai, OpenAI-Compatible Server (`max_model_len` of its model card); github.com/vllm-project/vllm,
vllm/entrypoints/anthropic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.messages_api import MessagesApi, Request

NOT_FOUND = {"error": "404 page not found"}


class Named(MessagesApi):
    """A server whose requests have to name one of its models; `contexts`: their tokens, and what is not `loaded`."""

    def __init__(self, contexts: Mapping[str, int], loaded: str = "", port: int = 0) -> None:
        super().__init__(port=port)
        self.contexts, self.loaded = dict(contexts), loaded
        self._fixed = {"HEAD /": ""}
        self.names: list[str] = []  # of the requests
        self.tell()

    def __enter__(self) -> Named:
        super().__enter__()
        return self

    def tell(self) -> None:
        """What it says of itself now."""

    def _answer(self, request: Request) -> tuple[int, object]:
        if request.path.partition("?")[0] == "/v1/messages":
            body: dict[str, Any] = request.body or {}
            if "model" not in body:
                return 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "no model"}}
            self.names.append(body["model"])
            if body["model"] not in self.contexts:
                message = f"model '{body['model']}' not found"
                return 404, {"type": "error", "error": {"type": "not_found_error", "message": message}}
            self.loaded = body["model"]
            self.tell()
        status, answer = super()._answer(request)
        return (404, self.unknown(request)) if status == 404 else (status, answer)

    def unknown(self, request: Request) -> object:
        return NOT_FOUND


class Ollama(Named):
    """It tells a context only of what runs; `parameters`: of a model's own file."""

    def __init__(self, contexts: Mapping[str, int], loaded: str = "", parameters: str = "", port: int = 0) -> None:
        self.parameters = parameters
        self.capabilities = ["completion", "tools"]
        super().__init__(contexts, loaded, port)

    def tell(self) -> None:
        details = {"format": "gguf", "family": "qwen3", "parameter_size": "8.2B", "quantization_level": "Q4_K_M"}
        stored = [{"name": name, "model": name, "size": 1, "digest": "x", "details": details} for name in self.contexts]
        running = [
            {"name": name, "model": name, "size": 1, "size_vram": 1, "context_length": tokens}
            for name, tokens in self.contexts.items()
            if name == self.loaded
        ]
        self._fixed |= {
            "GET /": "Ollama is running",
            "GET /api/version": {"version": "0.40.12"},
            "GET /api/tags": {"models": stored},
            "GET /api/ps": {"models": running},
            "GET /v1/models": {
                "object": "list",
                "data": [{"id": name, "object": "model", "owned_by": "library"} for name in self.contexts],
            },
            "POST /api/show": {
                "parameters": self.parameters,
                "model_info": {"qwen3.context_length": 262144},
                "capabilities": self.capabilities,
            },
        }


class Llmman(Ollama):
    """Ollama's API, llama.cpp's /props and some of its own."""

    def tell(self) -> None:
        super().tell()
        settings = {"n_ctx": self.contexts.get(self.loaded, 4096)}
        self._fixed["GET /props"] = {"default_generation_settings": settings, "total_slots": 1}
        self._fixed["GET /llmman/node"] = {"memory": 1, "models": list(self.contexts)}


class LmStudio(Named):
    """What it does not know it answers with 200; `is_old`: 0.3, without /api/v1 and the Messages API."""

    def __init__(self, contexts: Mapping[str, int], loaded: str = "", *, is_old: bool = False) -> None:
        self.is_old = is_old
        super().__init__(contexts, loaded)

    def tell(self) -> None:
        loaded = [(name, tokens, name == self.loaded) for name, tokens in self.contexts.items()]
        older = [
            {"id": name, "object": "model", "type": "llm", "state": "loaded", "max_context_length": 131072}
            | ({"loaded_context_length": tokens} if is_loaded else {"state": "not-loaded"})
            for name, tokens, is_loaded in loaded
        ]
        instance = {"id": "x", "config": {"eval_batch_size": 512}}
        newer = [
            {"type": "llm", "publisher": "x", "key": name, "display_name": name.upper(), "max_context_length": 131072}
            | {"loaded_instances": [instance | {"config": {"context_length": tokens}}] if is_loaded else []}
            for name, tokens, is_loaded in loaded
        ]
        embedding = {"type": "embedding", "key": "text-embedding", "loaded_instances": [], "max_context_length": 2048}
        self._fixed |= {
            "GET /v1/models": {"object": "list", "data": [{"id": name, "object": "model"} for name in self.contexts]},
            "GET /api/v0/models": {"object": "list", "data": older},
            **({} if self.is_old else {"GET /api/v1/models": {"models": [*newer, embedding]}}),
        }

    def _answer(self, request: Request) -> tuple[int, object]:
        if self.is_old and request.path.startswith("/v1/messages"):
            return 200, self.unknown(request)
        status, answer = super()._answer(request)
        is_model = isinstance(answer, dict) and "type" in answer
        return (200, answer) if status == 404 and not is_model else (status, answer)

    def unknown(self, request: Request) -> object:
        return {"error": f"Unexpected endpoint or method. ({request.method} {request.path})"}


class Vllm(Named):
    """One model, always loaded, with the name it was started with; it counts tokens."""

    def tell(self) -> None:
        self.loaded = next(iter(self.contexts))
        cards = [
            {"id": name, "object": "model", "owned_by": "vllm", "root": name, "max_model_len": tokens}
            for name, tokens in self.contexts.items()
        ]
        self._fixed |= {
            "GET /v1/models": {"object": "list", "data": cards},
            "GET /version": {"version": "0.14.0"},
            "POST /v1/messages/count_tokens": {"input_tokens": 24},
        }

    def unknown(self, request: Request) -> object:
        return {"detail": "Not Found"}
