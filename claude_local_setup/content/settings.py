"""What Claude Code is told: the user settings that we add, and the enforced ones that nothing may override.

Which key does what was measured with Claude Code 2.1.197 and 2.1.330.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..config.keys import Config
from ..session.network import proxy

# The name sent where any will do: a llama-server with one model ignores it. Claude Code takes a name with "claude-3-"
# for an old model, and then puts all that is the same in each session before the user's first words. With other names
# 3,000 to 4,000 tokens come after them, as a system message in mid-conversation; strict chat templates refuse that.
MODEL = "local-claude-3-compat"

# Set to "" in enforced.json: with any of these a project's settings.json could send the session somewhere else, change
# its headers, or have a program run that no rule asks about.
_PROVIDERS = ("BEDROCK", "VERTEX", "FOUNDRY", "MANTLE", "ANTHROPIC_AWS", "ANTHROPIC_GOOGLE_CLOUD", "GATEWAY")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_SWITCHED_OFF = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_UNIX_SOCKET",
    "CLAUDE_CODE_OAUTH_TOKEN",
    *(f"CLAUDE_CODE_USE_{provider}" for provider in _PROVIDERS),
    *_PROXIES,
    *(name.lower() for name in _PROXIES),
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
_GIT = {  # a .git/config may name a program that watches files, which `git status` starts
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsmonitor",
    "GIT_CONFIG_VALUE_0": "false",
}
_HELPERS = (
    "apiKeyHelper",
    "awsAuthRefresh",
    "awsCredentialExport",
    "gcpAuthRefresh",
    "otelHeadersHelper",
    "proxyAuthHelper",
)
MODEL_COMMAND = """\
---
description: Say which local models there are, or switch to one
argument-hint: "[NAME]"
---
Answer with this line and nothing else: in another terminal, `claude-local-setup models use $ARGUMENTS`
"""
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
_QUIET = {
    "CLAUDE_CODE_ATTRIBUTION_HEADER": "0",  # it changes with every session, and with it the whole prompt cache
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
    "CLAUDE_CODE_IDE_SKIP_AUTO_INSTALL": "1",
    "CLAUDE_CODE_DISABLE_TERMINAL_TITLE": "1",  # one more request in each session, on the one slot there is
    "CLAUDE_CODE_SIMPLE_SYSTEM_PROMPT": "1",  # the short prompt, as for newer models: 57 instead of 96 kB
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_INSTALLATION_CHECKS": "1",  # at level strict it would miss its own launcher, and say so each time
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
}
_TIERS = (
    "ANTHROPIC_MODEL",
    "ANTHROPIC_DEFAULT_MODEL",
    "ANTHROPIC_SMALL_FAST_MODEL",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL",
    "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_OPUS_MODEL",
    "ANTHROPIC_DEFAULT_FABLE_MODEL",
    "CLAUDE_CODE_SUBAGENT_MODEL",
)
# This tool's schema has a length limit that llama-server builds before mid-2026 refuse ("failed to parse grammar", for
# every request), and it is a quarter of the prompt (21 of 80 kB in 2.1.197). It directs many agents at once.
_UNFIT = "Workflow"
_HIDDEN_FROM_BASH = (
    "~/.ssh",
    "~/.gnupg",
    "~/.aws",
    "~/.claude",
    "~/.claude.json",
    "~/.netrc",
    "~/.git-credentials",
)


def user_settings(config: Config, home: str) -> dict[str, Any]:
    """Our keys of ~/.claude-local/settings.json, with the user's `settings` table on top."""
    return {
        "claudeMdExcludes": [f"{home}/.claude/**"],
        "env": {"CLAUDE_CODE_ATTRIBUTION_HEADER": "0"},
        "includeGitInstructions": False,  # git's status is in the prompt's first part, and changes with each commit
        "skipWebFetchPreflight": True,  # it would ask the vendor about every address
        "statusLine": {"type": "command", "command": "~/.local/share/claude-local/model status"},
        **config.settings,
    }


def enforced_settings(config: Config, sent: Mapping[str, str]) -> dict[str, Any]:
    """enforced.json; `sent`: the session's environment."""
    return {
        "env": _env(config, sent),
        "model": config.server.model or MODEL,
        "modelOverrides": {},
        **dict.fromkeys(_HELPERS, ""),
        "permissions": _permissions(config),
        **_rules(config),
        "sandbox": _sandbox(config),
    }


def as_json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


PROXY = f"http://{proxy.ADDRESS}:{proxy.PORT}"  # in the jail


def session_env(config: Config) -> dict[str, str]:
    """The environment that a session gets from us, but for the key: the wrapper is everybody's to read."""
    proxies = (
        [name for web in _PROXIES[:2] for name in (web, web.lower())]
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
        **_QUIET,
    }


def _env(config: Config, sent: Mapping[str, str]) -> dict[str, str]:
    key = {"ANTHROPIC_AUTH_TOKEN": config.server.auth_token}
    return {**dict.fromkeys(_SWITCHED_OFF, ""), **sent, **key, **_GIT}


def _permissions(config: Config) -> dict[str, Any]:
    writes = [] if config.is_jailed else ["Edit", "Write", "NotebookEdit"]
    return {
        "ask": ["Bash", "Monitor", "PowerShell", *writes],  # all that run commands
        "deny": ["mcp__ide__executeCode", _UNFIT],
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
