"""Which server and model a host gets, and what is said of that before the question; or why it gets none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..config.keys import Config
from ..config.values import is_repository
from ..host import paths
from ..host.actual import Actual
from ..session.server.addresses import AUTO, HOST, PORTS, base_of
from ..session.words import Remedy, config_set
from .good_models import AS_OF, LEAST_MEMORY, MODELS
from .look import Look
from .program import DOWNLOAD_PACKAGES, Hindrance, Program, program

CONTEXT = 65536  # tokens: what Claude Code needs to work with


@dataclass(frozen=True)
class Installation:
    """One host's. `size`: GB to download, 0 where nothing is or nobody knows."""

    program: Program
    source: str  # a file, or OWNER/REPO:QUANT
    size: float
    runs: str  # systemd, or session: started by the first one
    host: str
    port: int
    context: int
    notice: Sequence[str]

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def is_download(self) -> bool:
        return is_repository(self.source)

    @property
    def model(self) -> str:
        """As it is called: without owner and file type."""
        name = self.source.rpartition("/")[2]
        return name.replace("-GGUF:", "-") if self.is_download else name.removesuffix(".gguf")


def installation(config: Config, actual: Actual) -> Installation | Hindrance | None:
    """None where none is wanted, or another server is there already."""
    if config.server.install == "never":
        return None
    host, ports = address(config)
    if not host:
        problem = "server.install is for this machine, and server.base_url is another's"
        return Hindrance(problem, config_set("server.base_url", AUTO))
    if config.server.auth_token.startswith("#"):
        problem = "server.auth_token begins with #, which llama-server takes for a comment"
        return Hindrance(problem, config_set("server.auth_token", "-"))
    is_ours = not actual.is_absent(actual.path(paths.SERVER_JSON))
    own = (_own_port(actual) or ports[0]) if is_ours else 0
    taken = [port for port in ports if f"{port:04X}" in actual.facts["listens"].split()]
    if not own and (taken if config.server.base_url != AUTO else actual.server):
        return None
    free = [port for port in ports if port == own or port not in taken]
    return _chosen(config, actual, host, own if own in free else [*free, *ports][0])


def _own_port(actual: Actual) -> int:
    """Of the server that an earlier apply installed; 0 where that does not say."""
    try:
        url = json.loads(actual.node(actual.path(paths.SERVER_JSON)).content or b"")["url"]
        return urlsplit(url).port or 0
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return 0


def address(config: Config) -> tuple[str, Sequence[int]]:
    """Where it listens, and where another one would be found. "" for the host: base_url is another machine's."""
    if config.server.base_url == AUTO:
        return HOST, [port for port, _ in PORTS]
    url = urlsplit(base_of(config.server.base_url))
    host = HOST if url.hostname == "localhost" else url.hostname or ""
    is_here = url.scheme == "http" and (host.startswith("127.") or host == "::1")
    return (f"[{host}]" if ":" in host else host) if is_here else "", (url.port or 80,)


def _chosen(config: Config, actual: Actual, host: str, port: int) -> Installation | Hindrance:
    look = Look.of(actual.facts)
    source, size = _model(config, actual, look)
    chosen = program(config, actual, look)
    if isinstance(chosen, Hindrance):
        return chosen
    if hindrance := _no_room(config, actual, look, source, size + chosen.size):
        return hindrance
    is_service = actual.facts["user_manager"] or not actual.is_absent(actual.path(paths.UNIT))
    runs = "systemd" if is_service else "session"
    context = config.server.context_tokens or CONTEXT
    notice = [*_verdict(config, look, source), *_what(chosen, source, size, look), *_running(runs, host, port)]
    return Installation(chosen, source, size, runs, host, port, context, notice)


def _model(config: Config, actual: Actual, look: Look) -> tuple[str, float]:
    """One that has been downloaded stays, whatever is best by now."""
    ready = (actual.node(actual.path(paths.SERVER_READY)).content or b"").decode("utf-8", "replace").strip()
    wanted = config.server.model_source or (ready if is_repository(ready) else look.best_model.source)
    if is_repository(wanted):
        size = next((model.size for model in MODELS if model.source == wanted), 0.0)
        return wanted, 0.0 if wanted == ready else size
    return actual.node(actual.path(wanted)).real or actual.path(wanted), 0.0


def _no_room(config: Config, actual: Actual, look: Look, source: str, size: float) -> Hindrance | None:
    if not is_repository(source) and actual.node(actual.path(config.server.model_source)).kind != "file":
        return Hindrance(f"there is no model at {source}", config_set("server.model_source", ""))
    if size and look.disk and look.disk < size + 1:
        problem = f"{size:.1f} GB are to be downloaded, and {look.disk:.1f} GB are free"
        return Hindrance(problem, Remedy("df -h ~"))
    if not config.server.model_source and look.gpu < MODELS[-2].memory and 0 < look.memory < LEAST_MEMORY:
        problem = (
            f"{look.what}: too little for any model that can use tools; server.base_url can name another machine's"
        )
        return Hindrance(problem, config_set("server.install", "never"))
    return None


def _verdict(config: Config, look: Look, source: str) -> list[str]:
    model = look.best_model
    if config.server.model_source:
        return [f"a model server of its own: {look.what}; the model is the one that you chose, {source}"]
    return [f"a model server of its own: {model.verdict} on this machine ({look.what}): {model.why} (as of {AS_OF})"]


def _what(chosen: Program, source: str, size: float, look: Look) -> list[str]:
    loads = f", {size:.1f} GB to download" if size else ""
    model = f"model: {source}{loads}" + (f", into {paths.SERVER_MODELS}" if is_repository(source) else "")
    return [model, f"program: {chosen.shown}; {look.disk:.0f} GB are free"]


def _running(runs: str, host: str, port: int) -> list[str]:
    if runs == "systemd":
        return [f"it runs at {host}:{port} while you are logged in (for longer: loginctl enable-linger)"]
    return [f"no systemd for users here: at {host}:{port} it starts with the first session and stops with the last"]


def packages(chosen: Installation | Hindrance | None) -> dict[str, str]:
    """What apt installs for it: package -> the fact that shows it is there."""
    if not isinstance(chosen, Installation):
        return {}
    return {**chosen.program.packages, **(DOWNLOAD_PACKAGES if chosen.is_download else {})}
