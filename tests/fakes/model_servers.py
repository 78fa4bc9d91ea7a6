"""Far sides for `models`: a management API and a llama-swap, as the real ones behave. Both load into a MessagesApi.

What they do was seen with the real management API, or read in llama-swap's source (0bdb3720).
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.fakes.messages_api import MessagesApi


class ModelServer(HTTPServer):
    """One thread: while a switch goes on, everybody waits; so many seconds, or until it is `done`."""

    def __init__(self, endpoint: MessagesApi, contexts: Mapping[str, int], seconds: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.endpoint, self.contexts, self.seconds = endpoint, contexts, seconds
        self.done = Event()
        self.active, self.switches = next(iter(contexts)), 0
        self.endpoint.load(self.active, contexts[self.active])

    def __enter__(self) -> ModelServer:
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        match method, path:
            case "GET", "/models":
                return 200, {"models": [self._model(name) for name in self.contexts]}
            case "GET", "/status":
                named = {"model": self.active, "model_name": self.active.upper()}
                return 200, named | {"state": "running", "status": "model file \x1b[31mmissing"}
            case "POST", "/switch":
                return self._switch(body)
        return 404, {"error": "not found"}

    def _model(self, name: str) -> dict[str, object]:
        active, context = name == self.active, str(self.contexts[name] or "")
        return {"id": name, "name": name.upper(), "speed": "", "ctx_size": context, "is_bench": False, "active": active}

    def _switch(self, body: Any) -> tuple[int, Any]:
        name = body.get("model")
        if name not in self.contexts:
            return 404, {"error": f"unknown model: {name}"}
        self.switches += 1
        self.endpoint.state = "loading"
        self.done.wait(self.seconds)
        works = self.contexts[name] > 0  # a failure is 200 too, and the old model stays
        if works:
            self.active = name
        self.endpoint.load(self.active, self.contexts[self.active])
        self.endpoint.state = "ready"
        state = "running" if works else "idle"
        return 200, {"success": works, "model": name, "model_name": name.upper(), "state": state}


class Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def handle_any(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        status, answer = self.server.answer(self.command, self.path, json.loads(sent) if sent else None)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = handle_any

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


class LlamaSwap(MessagesApi):
    """One address for all: it loads what a request names, and has no /props of its own."""

    def __init__(self, contexts: Mapping[str, int]) -> None:
        super().__init__()
        self.contexts, self.running = contexts, ""
        del self._fixed["GET /props"]
        for name in contexts:
            self._fixed[f"GET /upstream/{name}/health"] = {"status": "ok"}
        self.run("")

    def __enter__(self) -> LlamaSwap:
        super().__enter__()
        return self

    def run(self, name: str) -> None:
        self.running = name
        self._fixed["GET /v1/models"] = {
            "data": [{"id": item, "object": "model", "created": 1, "owned_by": "llama-swap"} for item in self.contexts]
        }
        process = {"cmd": 'serve {"a": 1}', "model": name, "name": "", "proxy": "x", "state": "ready", "ttl": 0}
        self._fixed["GET /running"] = {"running": [process] if name else []}
        for item, context in self.contexts.items():
            self._fixed.pop(f"GET /upstream/{item}/props", None)
            if item == name:
                self._fixed[f"GET /upstream/{item}/props"] = {"default_generation_settings": {"n_ctx": context}}

    def _answer(self, request: Any) -> tuple[int, object]:
        named = request.body.get("model", "") if isinstance(request.body, dict) else request.path.split("/")[2:3]
        name = named if isinstance(named, str) else (named or [""])[0]
        if request.body and name not in self.contexts:
            return 404, {"error": "no router for requested model"}
        if name in self.contexts:
            self.run(name)
        return super()._answer(request)


class Hostile(ThreadingHTTPServer):
    """Answers everything with the same bytes."""

    def __init__(self, content: bytes, status: int = 200, media: str = "", port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Same)
        self.media = media
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.content, self.status = content, status

    def __enter__(self) -> Hostile:
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()


class Same(BaseHTTPRequestHandler):
    server: Hostile

    def handle_any(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:9/")
        if self.server.media:
            self.send_header("Content-Type", self.server.media)
        self.end_headers()
        self.wfile.write(self.server.content)

    do_GET = do_POST = handle_any

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


class Raw:
    """Whoever calls gets these pieces as they are, `pause` seconds before each; `received`: what the callers sent."""

    def __init__(self, pieces: Iterable[bytes], pause: float = 0.0) -> None:
        self._pieces, self._pause = pieces, pause
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.received = b""

    def __enter__(self) -> Raw:
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with suppress(OSError), caller:
            self.received += caller.recv(1 << 16)
            for piece in self._pieces:
                time.sleep(self._pause)
                caller.sendall(piece)
