"""What a host gets that several files speak of, worked out once of the config and of what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..config.keys import Config
from ..host import paths, userns
from ..host.actual import Actual
from ..servers.installation import Installation, installation
from ..servers.program import Hindrance
from .enforced import enforced_settings
from .environment import session_env
from .settings import as_json


@dataclass(frozen=True)
class Setup:
    """One host's."""

    config: Config
    actual: Actual
    claude: str  # where Claude Code is, or will be once it is installed; "" if it is missing and shall not be
    needs_copy: bool  # whether only a copy of bubblewrap can make a jail
    sent: Mapping[str, str]  # the environment that a session gets from us
    enforced: bytes  # enforced.json
    server: Installation | Hindrance | None  # the model server that it gets

    @property
    def bwrap(self) -> str:
        return paths.BWRAP_COPY if self.needs_copy else "bwrap"


def setup(config: Config, actual: Actual) -> Setup:
    sent = session_env(config)
    enforced = as_json(enforced_settings(config, sent))
    server = installation(config, actual)
    return Setup(config, actual, _claude(config, actual), userns.needs_copy(config, actual), sent, enforced, server)


def _claude(config: Config, actual: Actual) -> str:
    found = actual.path(config.claude.path) or actual.facts["claude"]
    if found or config.claude.install == "never":
        return found
    return "/usr/bin/claude" if config.claude.install == "apt" else actual.path("~/.local/bin/claude")
