"""What a fresh shell makes of the two commands: is claude-local the wrapper, is claude still the normal one?"""

from __future__ import annotations

import os
import re
import signal
import subprocess

from ..words import Remedy, edited, quoted, typed
from .leaving import FILES, why

_PATIENCE = 15  # seconds: longer than anybody waits for a prompt
_IS, _AT = "is-claude-local ", "at-claude-local "
_ASK = (
    f"echo \"{_IS}$(type claude-local 2>/dev/null | tr '\\n' ' ')\"; "
    'type claude 2>/dev/null | grep -Eq "(^|[^[:alnum:]._-])claude-local([^[:alnum:]._/-]|$)" && echo shadowed; '
    'env | grep -q "^ANTHROPIC_" && echo leaks; case ":$PATH:" in *":$HOME/.local/bin:"*) echo path ;; esac; '
    f'unalias claude-local 2>/dev/null; unset -f claude-local 2>/dev/null; echo "{_AT}$(command -v claude-local)"'
)
_ASK_FISH = (
    f'echo "{_IS}"(functions claude-local 2>/dev/null | string join " "); '
    'env | grep -q "^ANTHROPIC_"; and echo leaks; contains -- $HOME/.local/bin $PATH; and echo path; '
    f'echo "{_AT}"(command -s claude-local)'
)
_DEFINED = re.compile(r"^[^#]*\b(alias|function|abbr)\s.*claude-local|^\s*claude-local\s*\(\)")


def asked(kind: str, program: str, folder: str, wrapper: str) -> str:
    """One word a line of what is well, and one with what stands before the wrapper: "not PROBLEM|REMEDY"; or, where the
    shell does not get so far, one with what takes it away: "note PROBLEM|REMEDY".

    As a login starts it, and as a terminal does in a session that has logged in.
    """
    login = _started([program, "-lic"], kind, folder, wrapper)
    other = "" if "\nnot" in f"\n{login}" else _started([program, "-ic"], kind, folder, wrapper)
    hindered = [line for line in other.splitlines() if line.startswith("not ")]
    return "\n".join([line for line in login.splitlines() if line != "found" or not hindered] + hindered)


def _started(shell: list[str], kind: str, folder: str, wrapper: str) -> str:
    """fish keeps its history where it is told to."""
    ask, more = (_ASK_FISH, {"XDG_DATA_HOME": f"{folder}/fish"}) if kind == "fish" else (_ASK, {})
    try:
        said = _output([*shell, ask], {**os.environ, **more})
    except OSError as error:
        return _not(f"it does not start: {error.strerror}", typed(kind, "-lic", "true"))
    if said is None:
        return _not(f"its files take more than {_PATIENCE} seconds", _traced(kind))
    lines = said.splitlines()
    if away := _taken_away(kind, lines):
        return away
    what = next((line[len(_IS) :].strip() for line in lines if line.startswith(_IS)), "")
    where = next((line[len(_AT) :].strip() for line in lines if line.startswith(_AT)), "")
    words = [line for line in lines if line in ("shadowed", "leaks", "path")]
    return "\n".join([*words, _judged(kind, what, where, wrapper)])


def _taken_away(kind: str, lines: list[str]) -> str:
    """Why it does not get as far as our question, or not as far as our lines."""
    answered = any(line.startswith(_IS) for line in lines)
    if answered and any(line.strip() not in (_IS.strip(), _AT.strip(), "leaks") for line in lines[-3:]):
        return ""
    if reason := why(kind, answered=answered):
        return f"note {reason}: what such a shell finds could not be tried|{typed('type', 'claude-local')}"
    return "" if answered else _not("its files end it before it can be asked", _traced(kind))


def _output(words: list[str], variables: dict[str, str]) -> str | None:
    """None where it takes too long: then all that it has started goes with it, which would hold the pipe open."""
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=variables,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said, _ = process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None
    return said.decode("utf-8", "replace")


def _judged(kind: str, what: str, where: str, wrapper: str) -> str:
    if not what and not where:
        return ""
    other = where if where and os.path.realpath(where) != os.path.realpath(wrapper) else ""
    is_ours = "$HOME/.local/bin/claude-local" in what or wrapper in what or (what.endswith(f" {where}") and not other)
    if what and not is_ours and not (other and what.endswith(f" {other}")):
        file, number = _defined_at(kind)
        place = f" of {file}, line {number}," if file else ""
        remedy = edited(file, number) if file else typed(kind, "-lic", "type -a claude-local")
        return _not(f"another definition{place} stands before it", remedy)
    if other:
        return _not(f"{other} comes first on PATH", typed("mv", other, f"{other}.old"))
    return "found"


def _traced(kind: str) -> Remedy:
    return Remedy(f"{quoted(kind)} -lixc exit 2>&1 | tail")


def _not(problem: str, remedy: Remedy) -> str:
    return f"not {problem}|{remedy}"


def _defined_at(kind: str) -> tuple[str, int]:
    """(file, line) of the last definition that is not ours; ("", 0) where it is nowhere that one would look."""
    found = ("", 0)
    for name in FILES[kind].split():
        try:
            with open(os.path.expanduser(name), errors="replace") as file:
                lines = file.read(1_000_000).splitlines()
        except OSError:
            continue
        for number, line in enumerate(lines, 1):
            if _DEFINED.search(line) and "$HOME/.local/bin/claude-local" not in line and "in a jail'" not in line:
                found = (os.path.expanduser(name), number)
    return found
