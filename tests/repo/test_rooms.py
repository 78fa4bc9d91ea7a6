"""The rooms: each says what is in it and what it may import, and imports go down only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "claude_local_setup"
# From the ground up: a room imports from those before it only.
ROOMS = (
    *("session", "errors", "config", "host", "user_files", "servers", "content", "entries", "state", "checks"),
    *("screen", "engine", "fleet", "commands", "cli"),
)
SESSION = (
    *("bundle", "words", "linux", "values", "process", "network", "shown", "jail", "git", "workspace", "server"),
    *(
        "serving",
        "kept",
        "editor",
        "run",
        "remaining",
        "explain",
        "arguments",
        "unjailed",
        "session",
        "battery",
        "main",
    ),
)


def modules(top: Path) -> dict[str, Path]:
    """By dotted name below `top`."""
    found = {}
    for file in top.rglob("*.py"):
        parts = file.relative_to(top).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(name: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules that it imports, also where only types or a function ask for them."""
    package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            for item in node.names:
                module = ".".join(filter(None, [*base, item.name]))
                yield module if module in known else ".".join(filter(None, base))


def graph(top: Path) -> dict[str, set[str]]:
    known = modules(top)
    return {name: set(imports(name, file, known)) - {name, ""} for name, file in known.items() if name}


def room(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize(("top", "order"), [(PACKAGE, ROOMS), (PACKAGE / "session", SESSION)], ids=["all", "session"])
def test_imports_go_down_only(top: Path, order: tuple[str, ...]) -> None:
    seen = graph(top)
    assert {room(module) for module in seen} - {"__main__"} == set(order)
    for module, others in seen.items():
        for other in others:
            if module != "__main__" and room(other) != room(module):
                assert order.index(room(other)) < order.index(room(module)), (module, other)
    list(TopologicalSorter(seen).static_order())  # CycleError where modules import in a circle


FOLDERS = [
    *((PACKAGE, ROOMS, name) for name in ROOMS if (PACKAGE / name).is_dir() and name != "session"),
    *((PACKAGE / "session", SESSION, name) for name in SESSION if (PACKAGE / "session" / name).is_dir()),
]


@pytest.mark.parametrize(("top", "order", "name"), FOLDERS, ids=[f"{top.name}/{name}" for top, _, name in FOLDERS])
def test_a_room_says_what_it_imports(top: Path, order: tuple[str, ...], name: str) -> None:
    used = {room(other) for module, others in graph(top).items() if room(module) == name for other in others} - {name}
    said = ast.get_docstring(ast.parse((top / name / "__init__.py").read_text())) or ""
    *what, last = said.splitlines()
    assert "".join(what).strip(), name
    assert last == f"Imports: {', '.join(item for item in order if item in used) or 'nothing'}."
