"""A scripted Messages API on 127.0.0.1 that the real Claude Code accepts; it asserts nothing."""

from __future__ import annotations

import argparse
import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

LOADING = {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}
DENIED = {"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}
USAGE = {"input_tokens": 24, "output_tokens": 8}
UNKNOWN = {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class Use:
    tool: str
    input: dict[str, object]


SIDE_ANSWER = Say('{"title": "Local session"}')


@dataclass(frozen=True)
class Request:
    """What arrived: header names in lower case; the body parsed, None where there was none."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


def message(turn: Say | Use, model: str, number: int) -> dict[str, Any]:
    block: dict[str, object]
    match turn:
        case Say(text):
            block, stop = {"type": "text", "text": text}, "end_turn"
        case Use(tool, given):
            block = {"type": "tool_use", "id": f"toolu_{number}", "name": tool, "input": given}
            stop = "tool_use"
    opening = {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": model}
    ending = {"stop_reason": stop, "stop_sequence": None, "usage": USAGE}
    return opening | {"content": [block]} | ending


def events(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The message as the streaming API sends it: opened empty, filled by one delta, closed."""
    (block,) = whole["content"]
    if block["type"] == "text":
        empty, delta = block | {"text": ""}, {"type": "text_delta", "text": block["text"]}
    else:
        pieces = json.dumps(block["input"])
        empty, delta = block | {"input": {}}, {"type": "input_json_delta", "partial_json": pieces}
    yield {"type": "message_start", "message": whole | {"content": [], "stop_reason": None}}
    yield {"type": "content_block_start", "index": 0, "content_block": empty}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    stop = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": stop, "usage": whole["usage"]}
    yield {"type": "message_stop"}


def event_stream(whole: dict[str, Any]) -> str:
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events(whole))


def fixed_answers(n_ctx: int, model: str) -> dict[str, object]:
    settings = {"n_ctx": n_ctx}
    return {
        "HEAD /": "",
        "GET /health": {"status": "ok"},
        "GET /props": {"default_generation_settings": settings, "total_slots": 1, "model_alias": model},
        "GET /v1/models": {"object": "list", "data": [{"id": "local-model", "object": "model"}]},
        "POST /v1/messages/count_tokens": {"input_tokens": 24},
    }


class MessagesApi(ThreadingHTTPServer):
    """Answers each main turn with the script's next entry, then "done"; port 0 takes a free one."""

    def __init__(
        self,
        script: Sequence[Say | Use] = (),
        token: str = "llamacpp",
        state: Literal["ready", "loading"] = "ready",
        port: int = 0,
        n_ctx: int = 65536,
        log: Path | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.port: int = self.server_address[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.requests: list[Request] = []
        self.token, self.state = token, state
        self._turns, self._log, self._lock = deque(script), log, Lock()
        self._fixed = fixed_answers(n_ctx, "local-model")

    def __enter__(self) -> MessagesApi:
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()

    def load(self, model: str, n_ctx: int) -> None:
        """From now on it is this model that answers."""
        self._fixed |= fixed_answers(n_ctx, model)

    def then(self, *turns: Say | Use) -> None:
        """Adds to the script."""
        self._turns.extend(turns)

    def answer(self, request: Request) -> tuple[int, object]:
        """The status and what to send: an event stream as text, JSON as an object."""
        with self._lock:
            self.requests.append(request)
            if self._log:
                with self._log.open("a") as log:
                    log.write(json.dumps(asdict(request)) + "\n")
            return self._answer(request)

    def _answer(self, request: Request) -> tuple[int, object]:
        if self.state == "loading":
            return 503, LOADING
        path = request.path.partition("?")[0]
        if path != "/health" and request.headers.get("authorization") != f"Bearer {self.token}":
            return 401, DENIED
        call = f"{request.method} {path}"
        if call == "POST /v1/messages":
            return 200, self._message(request.body)
        return (200, self._fixed[call]) if call in self._fixed else (404, UNKNOWN)

    def _message(self, body: dict[str, Any]) -> object:
        """Only a main turn offers tools; title generation and its like do not."""
        turn = self._next_turn() if body.get("tools") else SIDE_ANSWER
        whole = message(turn, body["model"], len(self.requests))
        return event_stream(whole) if body.get("stream") else whole

    def _next_turn(self) -> Say | Use:
        return self._turns.popleft() if self._turns else Say("done")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: MessagesApi

    def handle_any(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        sent = self.rfile.read(int(headers.get("content-length", 0)))
        body = json.loads(sent) if sent else None
        status, answer = self.server.answer(Request(self.command, self.path, headers, body))
        kind = "text/event-stream" if isinstance(answer, str) else "application/json"
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_HEAD = do_GET = do_POST = handle_any

    def log_message(self, *args: object) -> None:
        """Stay quiet: `requests` is the record."""


def script_from(file: str) -> list[Say | Use]:
    entries = json.loads(Path(file).read_text())
    return [Say(e["say"]) if "say" in e else Use(e["tool"], e["input"]) for e in entries]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", type=script_from, default=[], help="a JSON list")
    parser.add_argument("--token", default="llamacpp")
    parser.add_argument("--state", choices=("ready", "loading"), default="ready")
    parser.add_argument("--n-ctx", type=int, default=65536)
    parser.add_argument("--log", type=Path, help="requests, one JSON object a line")
    api = MessagesApi(**vars(parser.parse_args()))
    print(api.base_url, flush=True)
    api.serve_forever()
