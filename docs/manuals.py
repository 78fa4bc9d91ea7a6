"""The manual pages, from the help of the two commands: `python docs/tables.py` writes them, a test compares them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from claude_local_setup import __version__
from claude_local_setup.config.keys import keys
from claude_local_setup.content.manuals import FOLDER, NAMES
from claude_local_setup.entries.ours import SIGNATURE
from claude_local_setup.host import paths
from claude_local_setup.session.main import _HELP
from docs.command_line import commands, is_kept

FILES = (
    (paths.CONFIG, "the config: `claude-local-setup config edit`"),
    (paths.CONFIG_DIR, "your settings for claude-local; in workspaces/ what sessions keep"),
    (paths.PRODUCT, "the session program and what binds sessions"),
    (paths.WRAPPER, "the command"),
    (paths.MANIFEST, "what apply put, and what was there before"),
)


def manual(name: str) -> str:
    lines = {"claude-local": _session, "claude-local-setup": _setup}[name]()
    head = (f'.\\" {SIGNATURE.decode()}', f'.TH {name.upper()} 1 "" "claude-local-setup {__version__}" "User Commands"')
    return "\n".join([*head, *lines, *_files(), *_see(name)]) + "\n"


def _session() -> Iterator[str]:
    yield from (".SH NAME", _text("claude-local - Claude Code on a local model, in a jail"), ".SH SYNOPSIS")
    usages = [(line[7:].split("  ")[0], line[7:].rpartition("  ")[2].strip()) for line in _HELP.splitlines()[:-2]]
    for usage, _ in usages:
        yield from (f".B {_text(usage.strip())}", ".br")
    yield from (".SH DESCRIPTION", _text(_DESCRIPTION), ".SH COMMANDS")
    for usage, meaning in usages:
        yield from (".TP", f".B {_text(usage.strip())}", _text(meaning))
    yield from (".SH EXIT STATUS", _text(_STATUS))


_DESCRIPTION = """\
Starts Claude Code on the model server of this machine, in a jail: it writes only in the workspace (the git work tree
that you are in, else the current folder), in a state of that workspace's own and in a /tmp of its own; of the home it
reads what --explain lists; it reaches the model's server, editors that have the workspace open, and what the config
lists. Every command is asked for. Arguments that are none of those below are claude's own. When it ends, it names what
a session made that would run outside the jail by itself."""
_STATUS = """\
That of claude, or of the command. 1 where no session could start, with the cause and what to do; 2 for wrong usage."""


def _setup() -> Iterator[str]:
    top, *below = commands()
    yield from (
        ".SH NAME",
        _text(f"{top.name} - put claude-local on a machine, prove it, take it away"),
        ".SH SYNOPSIS",
    )
    yield from (f".B {_text(top.name)}", _text(top.arguments), ".SH DESCRIPTION", *_paragraphs(top.paragraphs))
    yield from (".SH OPTIONS", *_options(top.options), ".SH COMMANDS")
    for command in below:
        yield f".SS {_text(f'{command.name} {command.arguments}')}"
        yield from (*_paragraphs(command.paragraphs), *_options(command.options))
    yield from (
        ".SH CONFIG",
        _text("Set with `claude-local-setup config set KEY VALUE`, then `claude-local-setup apply`."),
    )
    for key in keys().values():
        yield from (".TP", f".B {_text(f'{key.name} = {json.dumps(key.default)}')}", _text(key.meaning))
    yield from (
        ".SH EXIT STATUS",
        _text("0 done, 1 something failed or was found, 2 wrong usage or config, 130 stopped."),
    )


def _paragraphs(paragraphs: Sequence[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        if is_kept(paragraph):
            yield from (".PP", ".nf", *(_text(line) for line in paragraph.splitlines()[1:]), ".fi")
        else:
            yield from (".PP", _text(re.sub(r"\nExit code", "\n.br\nExit code", paragraph)))


def _options(options: Sequence[tuple[str, str]]) -> Iterator[str]:
    for names, meaning in options:
        yield from (".TP", f".B {_text(names)}", _text(meaning))


def _files() -> Iterator[str]:
    yield ".SH FILES"
    for path, meaning in FILES:
        yield from (".TP", f".I {_text(path)}", _text(meaning))


def _see(name: str) -> Iterator[str]:
    others = [other for other in NAMES if other != name]
    yield from (".SH SEE ALSO", *(f".BR {_text(other)} (1)," for other in others), ".BR bwrap (1)")


def _text(text: str) -> str:
    """As roff shows it letter by letter; `.br` alone on a line stays one."""
    plain = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq").replace("~", "\\(ti")
    )
    return "\n".join(line if line == ".br" else re.sub(r"^\.", r"\\&.", line.strip()) for line in plain.split("\n"))


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        (FOLDER / f"{name}.1").write_text(manual(name), encoding="utf-8")
