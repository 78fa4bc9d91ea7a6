"""What a session asks about its model: the status line, and the command /local-model. It runs in the jail.

It calls the relays there, so whose the servers are was looked up outside (and the host's users have no names inside).
"""

from __future__ import annotations

import os
import sys
import time

from .. import words
from ..values import RULES_IN_THE_JAIL, load
from ..words import FAILED, MODELS, USAGE, Refusal, calling, printable, say
from . import models
from .addresses import BASE_URL
from .check_context import LEAST
from .checked import plain
from .context import CONTEXT, set_context
from .http import Server, dial, quoted
from .key import enforced_env, read_key
from .kinds import told
from .offering import offer_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..values import Values
    from .kinds import Told
    from .models import Model, Offer
    from .servers import Servers

_PATIENCE = 0.8  # seconds for a question: the status line is asked for often
_LARGEST = 4_000_000  # characters of what Claude Code says
_COMMAND = "/local-model"
_COUNTED = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
# Claude Code says "operation blocked by hook" before whatever a hook answers in the model's place (2.1.197, 2.1.330).
_NOT_BLOCKED = "(all is well: only this line itself was kept from the model)"
_SETTINGS_ARE_SEEN = 2.5  # seconds; Claude Code 2.1.197, 2.1.330: a second and a half


def main(arguments: Sequence[str], product: str, rules: str = "") -> int:
    """`model status` or `model hook`, with Claude Code's JSON at stdin. Returns the exit code.

    `product`: the folder with values.json; `rules`: this session's enforced.json, by default that of the jail.
    """
    try:
        answer = {"status": status, "hook": hook}.get(arguments[0] if len(arguments) == 1 else "")
        if answer is None:
            remedy = MODELS
            raise Refusal("it is for Claude Code", remedy=remedy, exit_code=USAGE)
        values = load(f"{product}/values.json")
        rules = next((path for path in (rules, RULES_IN_THE_JAIL) if path and os.path.exists(path)), values.enforced)
        values.base_url = _address(values, rules)
        said = answer(values, read_key(rules), sys.stdin.read(_LARGEST))
    except Refusal as refusal:
        say(refusal.told)
        return refusal.exit_code or FAILED
    sys.stdout.write(f"{said}\n" if said else "")
    return 0


def _address(values: Values, rules: str) -> str:
    """This session's server: it may have been found since the last apply."""
    if rules == values.enforced:  # no jail: the session's own rules lie elsewhere
        return os.environ.get(BASE_URL, values.base_url)
    address = enforced_env(rules).get(BASE_URL)
    return address if isinstance(address, str) else values.base_url


def status(values: Values, key: str, given: str) -> str:
    """One line: the model that answers, its context, how much of that is used; "" where the server does not say."""
    session = _parsed(given)
    server = Server(values.base_url, key, dial)
    found = told(lambda path: server.get(path, _PATIENCE))
    if found.kind is None and found.answer.status in (0, 503):
        return "the model is loading" if found.answer.status else "no server answers"
    name, context = _loaded(server, found, _text(session, "model", "id"))
    if not name:
        return ""
    if context and str(context) != os.environ.get(CONTEXT, str(context)) and not values.context_tokens:
        set_context(f"{values.config_dir}/settings.json", context, values.max_output_tokens)  # it was switched
    used = _used(session, values.context_tokens or context)
    parts = (name, f"{context} tokens" if context else "", f"{used}% used" if used is not None else "")
    return " · ".join(part for part in parts if part)


def hook(values: Values, key: str, given: str) -> str:
    """Claude Code's hook on each prompt: answers those that begin with /local-model, "" to all others."""
    import json

    prompt = _parsed(given).get("prompt")
    if not isinstance(prompt, str) or prompt.partition(" ")[0] != _COMMAND:
        return ""
    try:
        reason = _answer(values, key, plain(prompt[len(_COMMAND) :].strip()))
    except Refusal as refusal:
        reason = refusal.told
    lines = "\n".join(printable(calling(line, words.setup)) for line in reason.split("\n"))
    rest = {"hookEventName": "UserPromptSubmit", "suppressOriginalPrompt": True}
    return json.dumps({"decision": "block", "reason": lines, "hookSpecificOutput": rest}, ensure_ascii=False)


def _loaded(server: Server, found: Told, sent: str) -> tuple[str, int]:
    """The model that answers a session that names `sent`, and its context in tokens; "" and 0 where unknown."""
    offered = offer_of(server, found, _PATIENCE)
    if offered is None:
        return plain(sent), 0
    if offered.kind is models.Kind.ROUTER:
        return plain(sent), next((item.context for item in offered.models if item.name == sent and item.loaded), 0)
    if offered.kind is not models.Kind.SWAP:
        only = offered.models[0] if offered.kind is models.Kind.SINGLE else offered.find(sent)
        return (plain(only.name), only.context) if only else (plain(sent), 0)
    ready = [item.name for item in offered.models if item.loaded]
    name = sent if sent in ready else next(iter(ready), "")
    if not name:
        return "", 0
    return plain(name), models.context_of(server.get(f"/upstream/{quoted(name)}/props", _PATIENCE).json)


def _used(session: dict[str, Any], context: int) -> int | None:
    """The share of the context that is used, in percent: Claude Code's own is of a window that it takes for granted."""
    usage = session.get("context_window")
    current = usage.get("current_usage") if isinstance(usage, dict) else None
    if not isinstance(current, dict) or not context:
        return _number(session, "context_window", "used_percentage")
    tokens = [_number({"usage": current}, "usage", name) or 0 for name in _COUNTED]
    return min(100, round(100 * sum(tokens) / context))


def _answer(values: Values, key: str, wanted: str) -> str:
    """Raises Refusal."""
    from .servers import Servers
    from .switching import offer

    if values.management_url and values.level == "strict":
        return "level strict cannot reach the management API; in another terminal: claude-local-setup models use NAME"
    servers = Servers.of(values.base_url, values.management_url, key, dial)
    offered = offer(servers)
    if not wanted or offered.kind is not models.Kind.MANAGEMENT:
        return _overview(offered)
    model = offered.find(wanted)
    if model is None:
        return f"the server knows no model {wanted}, only: {' '.join(model.name for model in offered.models)}"
    if 0 < model.context < LEAST:
        return (
            f"{wanted} was not loaded: its context of {model.context} tokens is too small for a session, which begins"
            f" with up to 19000; give it more where it is configured, {LEAST} at least"
        )
    return _switched(values, servers, wanted)


def _overview(offered: Offer) -> str:
    names = " ".join(model.name for model in offered.models)
    loaded = ", ".join(f"{model.name}{_context(model)}" for model in offered.models if model.loaded)
    return f"models: {names}\nloaded: {loaded or 'none'}\n{_way_to_another(offered.kind)}"


def _context(model: Model) -> str:
    return f" ({model.context} tokens of context)" if model.context else ""


def _way_to_another(kind: models.Kind) -> str:
    match kind:
        case models.Kind.MANAGEMENT:
            return f"switch with: {_COMMAND} NAME"
        case models.Kind.SINGLE:
            return "this server has one model: another one is another start of it"
    return "switch with: /model NAME"


def _switched(values: Values, servers: Servers, wanted: str) -> str:
    """Raises Refusal where it was not loaded."""
    from .switching import use

    model = use(servers, wanted, lambda _: None)
    if model.context and not values.context_tokens:
        set_context(f"{values.config_dir}/settings.json", model.context, values.max_output_tokens)
        time.sleep(_SETTINGS_ARE_SEEN)
    if 0 < model.context < LEAST:
        return f"switched, but {model.name} has a context of {model.context} tokens only: too small for this session"
    return f"switched: {model.name} answers now, with a context of {model.context} tokens\n{_NOT_BLOCKED}"


def _parsed(given: str) -> dict[str, Any]:
    import json

    try:
        said = json.loads(given)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _text(said: dict[str, Any], section: str, key: str) -> str:
    found = said.get(section)
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""


def _number(said: dict[str, Any], section: str, key: str) -> int | None:
    found = said.get(section)
    value = found.get(key) if isinstance(found, dict) else None
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**31 else None
