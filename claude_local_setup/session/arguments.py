"""claude's own arguments: those that would loosen the rules are refused."""

from __future__ import annotations

from .words import USAGE, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .values import Values

_NORMAL = ("update", "upgrade", "install", "migrate-installer", "setup-token", "login", "logout")


def check_arguments(values: Values, arguments: Sequence[str]) -> None:
    """Raises Refusal for those of claude's own arguments that would loosen the rules."""
    first = (arguments or [""])[0]
    if first == "auth" and list(arguments[1:2]) != ["status"]:
        raise Refusal("'auth' is for the normal claude", remedy="claude auth", exit_code=USAGE)
    if first in _NORMAL:
        raise Refusal(f"'{first}' is for the normal claude", remedy=f"claude {first}", exit_code=USAGE)
    for argument in arguments:
        if argument == "--":
            return
        if argument == "--settings" or argument.startswith("--settings="):  # the last one would win, whole
            remedy = f"put your settings into {values.home}/.claude-local/settings.json"
            raise Refusal("--settings is taken by claude-local's own rules", remedy=remedy, exit_code=USAGE)
        if argument in ("--bg", "--background"):  # it leaves a service behind
            problem = f"{argument} does not work in a jail that ends with its session"
            raise Refusal(problem, remedy=f"start it without {argument}", exit_code=USAGE)
