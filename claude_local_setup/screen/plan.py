"""A plan in a few lines: what is new, changed and removed, each place once; the differences themselves on request."""

from __future__ import annotations

import shlex
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..checks.report import Report
from ..entries.actions import Command, Step
from ..session.words import printable
from .output import diff_lines

_NARROW, _WIDE = 40, 100  # columns


@dataclass(frozen=True)
class Line:
    """What is done with one place, or which key of the config is another; `note`: how much of it changes."""

    word: str
    place: str
    note: str = ""


def lines(steps: Iterable[Step]) -> list[Line]:
    """Of the steps that would change something and need not be told as commands."""
    known = list(steps)
    chosen = [Line("config", change) for step in known for change in step.chosen]
    return [*chosen, *_gathered([line for step in known if step.change == "pending" for line in _of(step)])]


def shown(lines: Sequence[Line], width: int = 0) -> Iterator[str]:
    """As text, no line wider than the terminal where that is possible."""
    width = min(max(width or shutil.get_terminal_size((_WIDE, 0)).columns, _NARROW), _WIDE)
    indent = " " * 11
    for line in lines:
        yield from textwrap.wrap(
            line.place + (f"  {line.note}" if line.note else ""), width,
            initial_indent=f"  {line.word:<8} ", subsequent_indent=indent,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip


def _of(step: Step) -> Iterator[Line]:
    told = step.diff.splitlines()
    if not told:
        return
    first = told[0]
    if first.startswith("--- "):
        yield _of_a_file(told)
    elif first.startswith("- mode "):
        yield Line("changed", _home(first.split(" ", 3)[3]), f"mode {told[1].split(' ', 3)[2]}")
    else:
        yield from _of_words(step, told)


def _of_a_file(told: Sequence[str]) -> Line:
    place = told[1].removeprefix("+++ ").rstrip()
    added = sum(line.startswith("+") for line in told[2:])
    taken = sum(line.startswith("-") for line in told[2:])
    if told[0] == "--- /dev/null":
        return Line("new", _home(place), f"({added} lines)")
    counts = [f"+{added}"] * bool(added) + [f"-{taken}"] * bool(taken)
    return Line("changed", _home(place), f"({' '.join(counts)} lines)")


def _of_words(step: Step, told: Sequence[str]) -> Iterator[Line]:
    """Folders, links, data and commands: each says what it is in its first words."""
    before = {line[2:].partition(":")[0] for line in told if line.startswith("- ") and "bytes of data" in line}
    for line in told:
        sign, text = line[:1], line[2:]
        words = text.split(" ")
        place, is_data, size = text.partition(": ")
        if is_data and size.endswith("bytes of data"):
            if sign == "+":
                yield Line("changed" if place in before else "new", _home(place), f"({size.removesuffix(' of data')})")
        elif words[0] == "mkdir":
            yield Line("new", _home(words[-1]) + "/")
        elif words[0] == "ln":
            yield Line("new" if sign == "+" else "removed", _home(words[-1]))
        elif words[0] == "mv":
            _, one, other = shlex.split(text)
            yield Line("moved", _home(one), f"to {_home(other)}")
        elif words[0] in ("rm", "rmdir"):
            yield Line("removed", _home(" ".join(words[2:] if words[1:2] == ["-r"] else words[1:])))
        elif len(words) == 1 and "/" in text:
            yield Line("new" if sign == "+" else "removed", _home(text))
        elif not (step.action and step.action.root):
            yield Line("runs" if sign == "+" else "undoes", _home(text))


def _home(place: str) -> str:
    home = str(Path.home())
    return f"~{place[len(home) :]}" if place.startswith(f"{home}/") else place


def _gathered(found: Sequence[Line]) -> list[Line]:
    """What is new or goes in one folder, as one line where its first stood; a change is the user's to see."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in found:
        place = line.place.rstrip("/")
        parent = str(PurePosixPath(place).parent) if line.word in ("new", "removed") else line.place
        is_folder = line.place.endswith("/") and line.word == "new"
        groups.setdefault((line.word, place if is_folder else parent), []).append(line)
    return [_one(parent, group) for (_, parent), group in groups.items()]


def _one(parent: str, group: Sequence[Line]) -> Line:
    group = [line for line in group if not line.place.endswith("/")] or group
    if len(group) == 1 or parent in ("~", "/"):
        notes = [f"{PurePosixPath(line.place).name} {line.note}".strip() for line in group]
        return group[0] if len(group) == 1 else Line(group[0].word, f"{parent}/", ", ".join(notes))
    return Line(group[0].word, f"{parent}/", ", ".join(PurePosixPath(line.place).name for line in group))


def every_line(plans: Iterable[Report]) -> Iterator[str]:
    """Each difference once."""
    seen: set[tuple[str, str]] = set()
    for plan in plans:
        for step in plan.steps:
            if step.change == "pending" and (step.name, step.diff) not in seen:
                seen.add((step.name, step.diff))
                yield printable(step.name)
                yield from diff_lines(step.diff)


def commands(known: Iterable[Command]) -> list[str]:
    """As somebody would type them; what is given to one on its standard input is shown by its difference."""
    return [f"sudo {shlex.join(one.words)}{_given(one)}" for one in known]


def _given(command: Command) -> str:
    count = len(command.given.splitlines())
    return f" < (the {count} lines of it: d shows them)" if count else ""
