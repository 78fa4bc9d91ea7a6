"""Writes what in docs/ the code has, between marks of its pages, and the manual pages: `python docs/tables.py`.

A test compares them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from claude_local_setup.checks import boundary, claude, editors, host, shells
from claude_local_setup.checks.report import Finding
from claude_local_setup.checks.server import SERVER
from claude_local_setup.config.keys import keys
from claude_local_setup.host import userns
from claude_local_setup.session.battery import shells as asked_shells
from claude_local_setup.session.battery.attempts import ATTEMPTS
from claude_local_setup.session.main import _HELP
from claude_local_setup.session.server import check_context, check_dangers, check_kind, check_named, check_request, http
from claude_local_setup.session.server import checks as server_module
from claude_local_setup.session.workspace.obeyed import ROWS
from docs import manuals
from docs.causes import Cause, causes
from docs.command_line import Described, commands, is_kept
from tests.screen.stage import SCREENS

DOCS = Path(__file__).parent
ONLY = {
    "": "",
    "private network": "with a private network",
    "strict": "at `strict`",
    "no nesting": "without `isolation.nested`",
}


def obeyed() -> Iterator[str]:
    kind = ""
    for this, reason, kept, named in ROWS:
        if this != kind:
            yield from ("", f"## {this}", "", "| read-only | named | |", "|---|---|---|")
            kind = this
        yield f"| {_code(kept)} | {_code(named)} | {reason} |"


def config() -> Iterator[str]:
    section = ""
    for key in keys().values():
        this = key.name.partition(".")[0]
        if this != section:
            yield from ("", f"## {this}", "", "| key | default | meaning |", "|---|---|---|")
            section = this
        yield f"| `{key.name}` | `{json.dumps(key.default)}` | {key.meaning} |"


def setup_commands() -> Iterator[str]:
    for command in commands():
        yield from ("", f"{'#' * (2 + min(1, command.name.count(' ')))} {command.name}", "")
        yield from _described(command)


def _described(command: Described) -> Iterator[str]:
    yield from ("```text", f"{command.name} {command.arguments}", "```")
    for paragraph in command.paragraphs:
        if is_kept(paragraph):
            yield from ("", "```text", *paragraph.splitlines()[1:], "```")
        else:
            yield from ("", re.sub(r"\nExit codes?:", r"\n\nExit code:", paragraph))
    if command.options:
        yield from ("", "| option | |", "|---|---|")
    for names, meaning in command.options:
        yield f"| `{names}` | {meaning.replace('|', chr(92) + '|')} |"


def session_commands() -> Iterator[str]:
    yield from ("```text", *_HELP.strip().splitlines(), "```")


def boundary_checks() -> Iterator[str]:
    yield from ("| id | attempt | must be | |", "|---|---|---|---|")
    for attempt in ATTEMPTS:
        must = "works" if attempt.works else "refused"
        known = Finding(f"boundary: {attempt.name}, {must}").id
        yield f"| `{known}` | {attempt.name} | {must} | {ONLY[attempt.only]} |"


def server_checks() -> Iterator[str]:
    yield ", ".join(f"`{Finding(f'server: {check}').id}`" for check in SERVER)


def screens() -> Iterator[str]:
    for name, screen in SCREENS.items():
        yield from (
            f"## {screen.title[0].upper()}{screen.title[1:]}",
            "",
            f"![{screen.title}](../pictures/screen-{name}.svg)",
            "",
        )


def _causes_of(area: str, found: Sequence[Cause], *, others: str = "") -> Callable[[], Iterator[str]]:
    """Those of the checks whose ids begin so; `others`: the check that finds those that have no id."""

    def rows() -> Iterator[str]:
        yield from ("| id | problem | remedy |", "|---|---|---|")
        for cause in found:
            check = cause.check or others
            if check.startswith(area) and not check.endswith("."):
                yield f"| `{check}` | {_cell(cause.problem)} | {_pasted(cause.remedy)} |"

    return rows


def server_causes() -> Iterator[str]:
    yield from ("| problem | remedy |", "|---|---|")
    modules = (check_kind, http, check_dangers, check_named, check_request, check_context, server_module)
    for cause in causes(*modules):
        yield f"| {_cell(cause.problem)} | {_pasted(cause.remedy)} |"


def _pasted(remedy: str) -> str:
    return f"`{_cell(remedy)}`" if remedy else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# page -> the blocks in it, by the name of their marks
PAGES: Mapping[str, Mapping[str, Callable[[], Iterator[str]]]] = {
    "reference/obeyed.md": {"obeyed": obeyed},
    "reference/config.md": {"config": config},
    "reference/commands.md": {"session commands": session_commands, "setup commands": setup_commands},
    "reference/screens.md": {"screens": screens},
    "reference/checks.md": {
        "host causes": _causes_of("host", causes(host, userns), others="host.user-namespaces"),
        "shell causes": _causes_of("shell", causes(asked_shells, shells), others="shell.bash-finds-claude-local"),
        "claude causes": _causes_of("", causes(claude)),
        "boundary causes": _causes_of(
            "boundary", [item for item in causes(boundary) if item.check != "boundary.works"]
        ),
        "battery": boundary_checks,
        "server": server_checks,
        "server causes": server_causes,
        "IDE causes": _causes_of("ide", causes(editors)),
    },
}


def page(name: str) -> str:
    """The page as it should be: with its blocks from the code, and what stands around them."""
    text = (DOCS / name).read_text(encoding="utf-8")
    for mark, lines in PAGES[name].items():
        before, rest = text.split(f"<!-- {mark} -->\n")
        after = rest.split(f"<!-- /{mark} -->")[1]
        block = "\n".join(lines()).strip("\n")
        text = f"{before}<!-- {mark} -->\n\n{block}\n\n<!-- /{mark} -->{after}"
    return text


def _code(names: str) -> str:
    return " ".join(f"`{name}`" for name in names.split())


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(page(name), encoding="utf-8")
    manuals.write()
