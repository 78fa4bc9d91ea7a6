"""enforced.json: the settings that nothing may override.

Which key does what was measured with Claude Code 2.1.197 and 2.1.330.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..config.keys import Config
from ..session.git import settings
from ..session.server.context import OVERRIDDEN
from .environment import MODEL, PROXIES

# Set to "" in enforced.json: with any of these a project's settings.json could send the session somewhere else, change
# its headers, or have a program run that no rule asks about.
_PROVIDERS = ("BEDROCK", "VERTEX", "FOUNDRY", "MANTLE", "ANTHROPIC_AWS", "ANTHROPIC_GOOGLE_CLOUD", "GATEWAY")
_SWITCHED_OFF = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_UNIX_SOCKET",
    "CLAUDE_CODE_OAUTH_TOKEN",
    *(f"CLAUDE_CODE_USE_{provider}" for provider in _PROVIDERS),
    *PROXIES,
    *(name.lower() for name in PROXIES),
    "CLAUDE_CODE_ENABLE_TELEMETRY",
    "BETA_TRACING_ENDPOINT",
    "ENABLE_BETA_TRACING_DETAILED",
    "CLAUDE_CODE_SHELL_PREFIX",
    "CLAUDE_ENV_FILE",
    "BASH_ENV",
    "LD_PRELOAD",
    "NODE_OPTIONS",
    "BUN_OPTIONS",
)
_HELPERS = (
    "apiKeyHelper",
    "awsAuthRefresh",
    "awsCredentialExport",
    "gcpAuthRefresh",
    "otelHeadersHelper",
    "proxyAuthHelper",
)
# In the jail the command above never gets to the model: this hook answers it. (No hooks at the levels without a jail.)
_HOOKS = {
    "UserPromptSubmit": [
        {
            "hooks": [
                {
                    "type": "command",
                    "command": "~/.local/share/claude-local/model hook",
                    "timeout": 700,
                    "statusMessage": "asking for the model",
                }
            ]
        }
    ]
}
# Each is part of every prompt, and of no use here: Workflow directs many agents at once (and has a length limit in its
# schema that llama-server builds before mid-2026 refuse: "failed to parse grammar", for every request), WebSearch is
# done by the vendor's servers, the others wake, tell and list what a hosted service runs. A third of the prompt.
_UNFIT = (
    *("Workflow", "WebSearch", "ScheduleWakeup", "ReportFindings", "ListAgents"),
    *("CronCreate", "CronDelete", "CronList", "Agent(statusline-setup)"),
)
_HIDDEN_FROM_BASH = (
    "~/.ssh",
    "~/.gnupg",
    "~/.aws",
    "~/.claude",
    "~/.claude.json",
    "~/.netrc",
    "~/.git-credentials",
)


def enforced_settings(config: Config, sent: Mapping[str, str]) -> dict[str, Any]:
    """enforced.json; `sent`: the session's environment."""
    return {
        "env": _env(config, sent),
        "model": config.server.model or MODEL,
        "modelOverrides": {OVERRIDDEN: config.server.model or MODEL},
        **dict.fromkeys(_HELPERS, ""),
        "permissions": _permissions(config),
        **_rules(config),
        "sandbox": _sandbox(config),
    }


def without_key(content: bytes) -> bytes:
    """enforced.json as people are shown it."""
    return re.sub(rb'("ANTHROPIC_AUTH_TOKEN": *")(?:[^"\\]|\\.)*', rb"\1(hidden)", content)


def _env(config: Config, sent: Mapping[str, str]) -> dict[str, str]:
    key = {"ANTHROPIC_AUTH_TOKEN": config.server.auth_token}
    return {**dict.fromkeys(_SWITCHED_OFF, ""), **sent, **key, **dict(settings.environment())}


def _permissions(config: Config) -> dict[str, Any]:
    writes = [] if config.is_jailed else ["Edit", "Write", "NotebookEdit"]
    return {
        "ask": ["Bash", "Monitor", "PowerShell", *writes],  # all that run commands
        "deny": ["mcp__ide__executeCode", *_UNFIT],
        "disableBypassPermissionsMode": "disable",
        "disableAutoMode": "disable",
    }


def _rules(config: Config) -> dict[str, Any]:
    """A project's commands do not run shell lines unasked; its hooks, which nothing asks about, only in the jail."""
    rules: dict[str, Any] = {"disableSkillShellExecution": True, "enableAllProjectMcpServers": False}
    return {**rules, "hooks": _HOOKS} if config.is_jailed else {**rules, "disableAllHooks": True}


def _sandbox(config: Config) -> dict[str, Any]:
    """Claude Code's built-in sandbox: on at level `bash`; inside our jail explicitly off, it cannot nest everywhere."""
    closed = {"autoAllowBashIfSandboxed": False, "allowUnsandboxedCommands": False}
    if config.isolation.level != "bash":
        return {"enabled": False, **closed}
    return {
        "enabled": True,
        "failIfUnavailable": True,
        **closed,
        "excludedCommands": [],
        "filesystem": {"denyRead": [*_HIDDEN_FROM_BASH, *config.isolation.hide]},
        "network": {"allowedDomains": list(config.network.domains)},
    }
