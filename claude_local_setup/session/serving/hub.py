"""A way to the hub that models come from, for a llama-server that was built without TLS, as PyPI's are.

Plain HTTP on the loopback; beyond that what the hub's address says, with the machine's certificates and proxies.
"""

from __future__ import annotations

import os
import shutil
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_HUB = "https://huggingface.co"
_PATIENCE = 60.0  # seconds for the next piece
_ASKED = ("Range", "Accept", "If-None-Match", "User-Agent")
_ANSWERED = ("Content-Type", "Content-Length", "Content-Range", "Accept-Ranges", "ETag", "X-Repo-Commit")


class Hub:
    """`url`: where it is reached from this machine, while it is entered."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Passing)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> Hub:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Passing(BaseHTTPRequestHandler):
    """One request, passed on to the hub, wherever that sends it."""

    def do_GET(self) -> None:
        self._pass()

    def do_HEAD(self) -> None:
        self._pass()

    def _pass(self) -> None:
        if not self.path.startswith("/"):  # behind the hub's name that would be another one
            self.send_error(400)
            return
        try:
            answer = urllib.request.urlopen(self._request(), timeout=_PATIENCE)  # noqa: S310  # the hub's own address
        except urllib.error.HTTPError as error:
            answer = error
        except OSError as error:
            self.send_error(502, str(getattr(error, "reason", error))[:200])
            return
        with answer:
            self.send_response(answer.status)
            for name in _ANSWERED:
                if value := answer.headers.get(name):
                    self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                shutil.copyfileobj(answer, self.wfile, 1 << 20)

    def _request(self) -> urllib.request.Request:
        hub = os.environ.get("HF_ENDPOINT", _HUB).rstrip("/")
        known = {name: self.headers[name] for name in _ASKED if name in self.headers}
        request = urllib.request.Request(f"{hub}{self.path}", headers=known, method=self.command)  # noqa: S310
        if token := self.headers.get("Authorization"):
            request.add_unredirected_header("Authorization", token)  # the hub's, not the disks' that it sends to
        return request

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002  # http.server's name
