"""The wrapper `claude-local`, and the script `model` for what a session asks about its model.

Each is made of parts, one after the other, with the config's values at the marked assignments.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable, Mapping
from importlib.resources import files
from urllib.parse import urlsplit

from .. import __version__, userns
from ..claude_program import expected_path
from ..config import Config
from ..probe import Actual
from ..settings import MODEL, as_json, enforced_settings, session_env

_ASSIGNMENT = re.compile(r"^(\w+)=.* # value\b.*$", re.MULTILINE)


def wrapper(config: Config, actual: Actual) -> bytes:
    """The script for one host, complete in itself."""
    return _with_values(template(), config, actual)


def model_script(config: Config, actual: Actual) -> bytes:
    """The same for the status line and /local-model."""
    return _with_values(model_template(), config, actual)


def template() -> str:
    return _joined(sorted(part.name for part in files(__package__).iterdir() if part.name[:1].isdigit()))


def model_template() -> str:
    return _joined(["10-values.sh", "20-words.sh", "70-server.sh", "model.sh"])


def _with_values(text: str, config: Config, actual: Actual) -> bytes:
    values = _values(config, actual)
    filled = _ASSIGNMENT.sub(lambda match: f"{match[1]}={_quoted(values[match[1]])}", text)
    return filled.encode("utf-8", "surrogateescape")


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(map(_part, parts))


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _values(config: Config, actual: Actual) -> Mapping[str, object]:
    server, management = urlsplit(config.server.base_url), urlsplit(config.server.management_url)
    return {
        "product_version": __version__,
        "home": actual.home,
        "real_home": actual.facts["real_home"],
        "uid": actual.facts["uid"],
        "level": config.isolation.level,
        "bwrap": userns.COPY if userns.needs_copy(config, actual) else "bwrap",
        "claude": expected_path(config, actual),
        "enforced_sum": hashlib.sha256(as_json(enforced_settings(config))).hexdigest(),
        "base_url": config.server.base_url,
        "server_scheme": server.scheme,
        "server_host": server.hostname,
        "server_port": server.port or _default_port(server.scheme),
        "server_path": server.path.rstrip("/"),
        "management_host": management.hostname or "",
        "management_port": management.port or _default_port(management.scheme),
        "model": config.server.model,
        "any_model": MODEL,
        "pinned_model": config.server.model or MODEL,
        "context_tokens": config.server.context_tokens,
        "max_output_tokens": config.server.max_output_tokens,
        "network": config.network.mode,
        "ports": config.network.ports,
        "publish": config.network.publish,
        "domains": config.network.domains,
        "workspaces": config.isolation.workspaces,
        "also_hide": config.isolation.hide,
        "also_read": config.isolation.read,
        "also_write": config.isolation.write,
        "pass_env": config.isolation.pass_env,
        "inside": _part("inside.sh"),
        "sent_env": [f"{name}={value}" for name, value in session_env(config).items()],
    }


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _quoted(value: object) -> str:
    if isinstance(value, list | tuple):
        return "(" + " ".join(shlex.quote(str(item)) for item in value) + ")"
    return shlex.quote(str(value))
