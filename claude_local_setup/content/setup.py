"""What a host gets that several files speak of, worked out once of the config and of what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..config.keys import Config, chosen
from ..host import paths, userns
from ..host.actual import Actual
from ..servers.installation import Installation, installation
from ..servers.program import Hindrance
from ..session.server.addresses import AUTO
from .enforced import enforced_settings
from .environment import session_env
from .model_server import base_url
from .settings import as_json


@dataclass(frozen=True)
class Setup:
    """One host's."""

    config: Config  # with the model server's address
    chosen: Mapping[str, Any]  # as the user has it, key by key
    actual: Actual
    finds_server: bool  # whether that was found
    claude: str  # where Claude Code is, or will be once it is installed; "" if it is missing and shall not be
    needs_copy: bool  # whether only a copy of bubblewrap can make a jail
    sent: Mapping[str, str]  # the environment that a session gets from us
    enforced: bytes  # enforced.json
    server: Installation | Hindrance | None  # the model server that it gets

    @property
    def bwrap(self) -> str:
        return paths.BWRAP_COPY if self.needs_copy else "bwrap"


def setup(config: Config, actual: Actual) -> Setup:
    server = installation(config, actual)
    finds_server = config.server.base_url == AUTO and not isinstance(server, Installation)
    url = server.url if isinstance(server, Installation) else base_url(config, actual)
    as_chosen = chosen(config)
    config = replace(config, server=replace(config.server, base_url=url))
    sent = session_env(config)
    enforced = as_json(enforced_settings(config, sent))
    copy = userns.needs_copy(config, actual)
    return Setup(config, as_chosen, actual, finds_server, _claude(config, actual), copy, sent, enforced, server)


def _claude(config: Config, actual: Actual) -> str:
    found = actual.path(config.claude.path) or actual.facts["claude"]
    if found or config.claude.install == "never":
        return found
    return "/usr/bin/claude" if config.claude.install == "apt" else actual.path("~/.local/bin/claude")
