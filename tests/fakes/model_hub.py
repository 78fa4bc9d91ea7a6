"""A stand-in for the hub that llama-server's -hf downloads from, with one repository.

The requests are those that llama-server 0.10068.0 makes (common/download.cpp): refs, the tree, then the file.
"""

from __future__ import annotations

import hashlib
import json
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType

REPOSITORY = "tests/scripted-GGUF"
_COMMIT = "0123456789abcdef0123456789abcdef01234567"


class ModelHub:
    """`asked`: the paths of all requests. `certificate`: a file with one and its key, for https."""

    def __init__(self, model: bytes, certificate: Path | None = None, repository: str = REPOSITORY) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Answers(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._answer(with_body=False)

            def do_GET(self) -> None:
                self._answer(with_body=True)

            def _answer(self, *, with_body: bool) -> None:
                asked.append(self.path)
                if "/resolve/" in self.path:  # the real one sends to another machine for the files
                    self.send_response(302)
                    self.send_header("Location", self.path.replace("/resolve/", "/disk/"))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                body = _found(self.path.partition("?")[0], repository, model)
                self.send_response(404 if body is None else 200)
                body = body or b""
                for name, value in (("ETag", f'"{hashlib.sha256(body).hexdigest()}"'), ("X-Repo-Commit", _COMMIT)):
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if with_body:
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.base_url = f"{'https' if certificate else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ModelHub:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _found(path: str, repository: str, model: bytes) -> bytes | None:
    if path == f"/api/models/{repository}/refs":
        branch = {"name": "main", "ref": "refs/heads/main", "targetCommit": _COMMIT}
        return json.dumps({"branches": [branch], "tags": [], "converts": []}).encode()
    if path == f"/api/models/{repository}/tree/{_COMMIT}":
        sums = {"oid": hashlib.sha256(model).hexdigest(), "size": len(model), "pointerSize": 134}
        file = {"type": "file", "path": "scripted-Q4_K_M.gguf", "size": len(model), "oid": "a" * 40, "lfs": sums}
        return json.dumps([file]).encode()
    return model if path == f"/{repository}/disk/{_COMMIT}/scripted-Q4_K_M.gguf" else None
