"""What can be wrong and what to do, as the code of the checks says it: each problem with its remedy, read from there.

A value that only a run knows is an ellipsis; of the shells, bash stands for each.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

from claude_local_setup.checks import answers
from claude_local_setup.checks.report import Finding
from claude_local_setup.session import words

UNKNOWN = "…"
_PROBLEM = {"Finding": 1, "Outcome": 1, "_warning": 0, "_unasked": 0, "_not": 0}  # which argument it is
_SHELL = ("name", "kind")  # as what is asked is called there


@dataclass(frozen=True)
class Cause:
    """`check`: its id; "" where the code that finds the cause is not the one that names the check."""

    check: str
    problem: str
    remedy: str


def causes(*modules: ModuleType) -> list[Cause]:
    """Each once: with its remedy, where one place has it and another does not."""
    found = [cause for module in modules for cause in Reading(module).causes()]
    with_remedy = {cause.problem for cause in found if cause.remedy}
    return list(dict.fromkeys(cause for cause in found if cause.remedy or cause.problem not in with_remedy))


class Reading:
    """Of one module."""

    def __init__(self, module: ModuleType) -> None:
        self._known = {**vars(answers), **vars(module)}
        self._tree = ast.parse(inspect.getsource(module))
        self._assigned: list[tuple[str, ast.expr]] = []

    def causes(self) -> Iterator[Cause]:
        for part in self._tree.body:
            inside = [node for node in ast.walk(part) if isinstance(node, ast.Assign)]
            self._assigned = [
                (node.targets[0].id, node.value) for node in inside if isinstance(node.targets[0], ast.Name)
            ]
            for node in ast.walk(part):
                yield from self._of(node)

    def _of(self, node: ast.AST) -> Iterator[Cause]:
        match node:
            case ast.Call(func=ast.Name(id="Finding"), args=[check, ast.Starred(value=judged)]):
                call = self._value(judged) if isinstance(judged, ast.Name) else judged
                if isinstance(call, ast.Call) and len(call.args) > 1:  # of `unless`
                    default = ast.Name("_AND_A_NEW_SHELL")
                    yield from self._caused(self._id(check, node), [*call.args[1:], default])
            case ast.Call(func=ast.Name(id=name), args=[first, *_] as given) if name in _PROBLEM:
                named = self._id(first, node) if name == "Finding" else ""
                yield from self._caused(named, given[_PROBLEM[name] :])
            case ast.Tuple(elts=[*_, problem, remedy]) if self._line(remedy) is not None:
                yield from self._caused("", [problem, remedy])
            case ast.Yield(value=ast.JoinedStr() as problem):
                yield from self._caused("", [problem])

    def _caused(self, check: str, said: Sequence[ast.expr]) -> Iterator[Cause]:
        text = self._text(said[0]) if said else ""
        if text and text.strip(UNKNOWN + " :") and not text.startswith(" "):
            remedy = self._line(said[1]) if len(said) > 1 else ""
            yield Cause(check, (UNKNOWN if text.startswith(";") else "") + text, remedy or "")

    def _id(self, first: ast.expr, call: ast.Call) -> str:
        name = next((item.value for item in call.keywords if item.arg == "name"), first)
        text = self._text(name)
        return Finding(text).id if text else ""

    def _value(self, name: ast.Name) -> ast.expr | None:
        """What it stands for there: the last that it was given before."""
        line = getattr(name, "lineno", 0)
        given = [value for known, value in self._assigned if known == name.id and value.lineno < line]
        return given[-1] if given else None

    def _text(self, node: ast.expr | None) -> str | None:
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(self._text(part) or UNKNOWN for part in parts)
            case ast.FormattedValue(value=inner):
                return self._text(inner)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return f"{self._text(left) or UNKNOWN}{self._text(right) or UNKNOWN}"
            case ast.IfExp(body=body, orelse=orelse):
                return self._text(body) or self._text(orelse)
            case ast.Call(func=ast.Name(id="str"), args=[value]):
                return self._text(value)
            case ast.Name(id=name) if name in _SHELL:
                return "bash"
            case ast.Name(id=name) if isinstance(self._known.get(name), str | int):
                return str(self._known[name])
            case ast.Name():
                return self._text(self._value(node))
        return None

    def _line(self, node: ast.expr | None) -> str | None:
        """None for what is no remedy."""
        match node:
            case ast.Call(func=ast.Name(id="Remedy"), args=[text]):
                return self._text(text)
            case ast.Call(func=ast.Name(id="typed"), args=given):
                found = [self._text(word) or UNKNOWN for word in given]
                return " ".join(word if UNKNOWN in word else words.quoted(word) for word in found)
            case ast.Call(func=ast.Name(id="config_set"), args=[key, value]):
                chosen = self._text(value) or UNKNOWN
                return f"claude-local-setup config set {self._text(key)} {chosen} && {words.APPLY}"
            case ast.Call(func=ast.Name(id="in_turn"), args=lines):
                return " && ".join(self._line(line) or UNKNOWN for line in lines)
            case ast.Call(func=ast.Name(id="edited")):
                return f'"${{EDITOR:-vi}}" {UNKNOWN}'
            case ast.IfExp(body=body, orelse=orelse):
                return self._line(body) or self._line(orelse)
            case ast.Subscript(value=ast.Name(id=name)):
                return next(iter(self._known[name].values())) if name in self._known else None
            case ast.Name(id=name) if isinstance(self._known.get(name), words.Remedy):
                return str(self._known[name])
            case ast.Name():
                return self._line(self._value(node))
        return None
