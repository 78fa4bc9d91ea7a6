"""The environment that a session gets from us.

Which key does what was measured with Claude Code 2.1.197 and 2.1.330.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from ..config.keys import Config
from ..session.network import proxy

MODEL = "local-model"  # where no server has said yet what its model is called, and any name will do

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
PROXY = f"http://{proxy.ADDRESS}:{proxy.PORT}"  # in the jail


_QUIET = {
    "CLAUDE_CODE_ATTRIBUTION_HEADER": "0",  # it changes with every session, and with it the whole prompt cache
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
    "CLAUDE_CODE_IDE_SKIP_AUTO_INSTALL": "1",
    "CLAUDE_CODE_DISABLE_TERMINAL_TITLE": "1",  # one more request in each session, on the one slot there is
    "CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION": "false",  # one more in each turn: editors ask for it
    "CLAUDE_CODE_SIMPLE_SYSTEM_PROMPT": "1",  # the short prompt, as for newer models: 57 instead of 96 kB
    "CLAUDE_CODE_TOTAL_TOKENS_REMINDER": "off",  # of 2.1.233 and newer: it would change the prompt at each turn
    "CLAUDE_CODE_DISABLE_FEEDBACK_SURVEY": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_INSTALLATION_CHECKS": "1",  # at level strict it would miss its own launcher, and say so each time
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
}
# A model on a processor reads a first prompt for minutes, and says nothing meanwhile. Milliseconds.
_PATIENCE = dict.fromkeys(
    ("API_TIMEOUT_MS", "CLAUDE_STREAM_IDLE_TIMEOUT_MS", "CLAUDE_STREAM_FIRST_BYTE_TIMEOUT_MS"), "3600000"
)
_FAMILIES = ("HAIKU", "SONNET", "OPUS", "FABLE")
_TIERS = (
    "ANTHROPIC_MODEL",
    "ANTHROPIC_DEFAULT_MODEL",
    "ANTHROPIC_SMALL_FAST_MODEL",
    *(f"ANTHROPIC_DEFAULT_{family}_MODEL{part}" for family in _FAMILIES for part in ("", "_NAME")),
    "CLAUDE_CODE_SUBAGENT_MODEL",
)


def session_env(config: Config) -> dict[str, str]:
    """The environment that a session gets from us, but for the key: the wrapper is everybody's to read."""
    proxies = (
        [name for web in PROXIES[:2] for name in (web, web.lower())]
        if config.network.domains and config.has_own_network
        else []
    )
    host = urlsplit(config.server.base_url).hostname or ""
    return {
        **dict.fromkeys(proxies, PROXY),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), f"{host},localhost,127.0.0.1,::1" if proxies else host),
        "ANTHROPIC_BASE_URL": config.server.base_url,
        "ANTHROPIC_API_KEY": "",
        **dict.fromkeys(_TIERS, config.server.model or MODEL),
        **{f"ANTHROPIC_DEFAULT_{family}_MODEL_DESCRIPTION": "the model that is loaded" for family in _FAMILIES},
        **_QUIET,
        **_PATIENCE,
        **({} if config.claude.bundled_skills else {"CLAUDE_CODE_DISABLE_BUNDLED_SKILLS": "1"}),
    }
