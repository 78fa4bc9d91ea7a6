"""What a session's processes find in their environment: an allow-list, and what apply decided."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..values import Values

PASSED = (
    *("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_TIME", "LC_NUMERIC", "LC_COLLATE", "LC_MONETARY"),
    *("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TZ", "USER", "LOGNAME", "SHELL", "EDITOR"),
    *("VISUAL", "PAGER", "LESS", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"),
    *("CLAUDE_CODE_SSE_PORT", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_AGENT_SDK_VERSION"),
)
# Of the caller's, where there is no jail: nothing that would lead the session to another server.
_DROPPED = ("ANTHROPIC_", "CLAUDE", "DISABLE_")


def passed(values: Values) -> Iterator[tuple[str, str]]:
    for name in (*PASSED, *values.pass_env):
        if value := os.environ.get(name):
            yield name, value


def of_a_session(values: Values, key: str, model: str, context: int, output: int) -> Iterator[tuple[str, str]]:
    """What apply decided, with the model that answers now and the numbers that Claude Code counts on."""
    yield "HOME", values.home
    yield "CLAUDE_CONFIG_DIR", values.config_dir
    yield "ANTHROPIC_AUTH_TOKEN", key
    for name, value in values.sent_env:
        yield name, model if model and value == values.pinned_model else value
    if context:
        yield "CLAUDE_CODE_MAX_CONTEXT_TOKENS", str(context)
        yield "CLAUDE_CODE_MAX_OUTPUT_TOKENS", str(output)


def without_a_jail(added: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The caller's environment, but for what belongs to the normal claude."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    kept.pop("AWS_BEARER_TOKEN_BEDROCK", None)
    return kept | dict(added)
