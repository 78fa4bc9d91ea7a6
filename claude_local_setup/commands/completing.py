"""What a shell offers at the tab key: the config's keys and values, models, hosts; without a word if there are none."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import click
from click.shell_completion import CompletionItem

from ..config.file import home, load
from ..config.keys import Config, keys
from ..config.values import Choice, flag
from ..errors import SetupError
from ..session.server.addresses import AUTO, base_of
from ..session.server.servers import Servers
from ..session.server.switching import offer
from ..session.values import PRODUCT
from ..session.values import load as load_values

_PATIENCE = 0.8  # seconds that a server has; who presses tab does not wait
Items = list[CompletionItem]


def config_keys(context: click.Context, incomplete: str) -> Items:
    return _beginning(incomplete, {item.name: item.meaning for item in keys().values()})


def config_values(context: click.Context, incomplete: str) -> Items:
    key = keys().get(context.params.get("key") or "")
    if key is None:
        return []
    if key.name in ("claude.path", "server.model_source"):
        return files(context, incomplete)
    if key.name == "server.model":
        return model_names(context, incomplete)
    if isinstance(key.problem, Choice):
        return _beginning(incomplete, key.problem.allowed)
    return _beginning(incomplete, ("true", "false") if key.problem is flag else filter(None, [str(key.default or "")]))


def files(context: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="file")]


def folders(context: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="dir")]


def model_names(context: click.Context, incomplete: str) -> Items:
    """Of this machine's server, if it answers soon."""
    found: list[str] = []
    asking = Thread(target=_ask_for_models, args=(found,), daemon=True)
    asking.start()
    asking.join(_PATIENCE)
    return _beginning(incomplete, found)


def host_names(context: click.Context, incomplete: str) -> Items:
    """Of the inventory that -i names, as it is written: it is not run."""
    inventory = str(context.params.get("inventory") or "")
    done, comma, last = incomplete.rpartition(",")
    names = _beginning(last, dict.fromkeys(_hosts_of(inventory), ""))
    return [CompletionItem(f"{done}{comma}{item.value}") for item in names]


def _beginning(incomplete: str, known: Iterable[str] | dict[str, str]) -> Items:
    meanings = known if isinstance(known, dict) else dict.fromkeys(known, "")
    return [CompletionItem(name, help=said or None) for name, said in meanings.items() if name.startswith(incomplete)]


def _ask_for_models(found: list[str]) -> None:
    with suppress(SetupError, OSError, ValueError):
        config = load()
        server = config.server
        offered = offer(Servers.of(_base_url(config), server.management_url, server.auth_token))
        found += [model.name for model in offered.models]


def _base_url(config: Config) -> str:
    """Where it is to be found: as it was at the last apply."""
    written = base_of(config.server.base_url)
    return load_values(f"{home()}/{PRODUCT}/values.json").base_url if written == AUTO else written


def _hosts_of(inventory: str) -> Iterator[str]:
    if not Path(inventory).is_file():
        yield from filter(None, inventory.split(","))
        return
    with suppress(OSError, ValueError, SyntaxError):
        for line in ast.parse(Path(inventory).read_text(encoding="utf-8")).body:
            names = [target.id for target in getattr(line, "targets", ()) if isinstance(target, ast.Name)]
            if isinstance(line, ast.Assign) and names and not names[0].startswith("_"):
                hosts = list(_hosts_in(line.value))
                yield from [*names, *hosts] if hosts else ()


def _hosts_in(written: ast.expr) -> Iterator[str]:
    """["one", ("two", {…})], or such a list with the group's data in a tuple."""
    if isinstance(written, ast.Tuple) and written.elts:
        yield from _hosts_in(written.elts[0])
    if isinstance(written, ast.List):
        for item in written.elts:
            name = item.elts[0] if isinstance(item, ast.Tuple) and item.elts else item
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value
