"""What a project names outside of itself, and sessions do not see: a package beside it, a workspace above it."""

from __future__ import annotations

import os

from ..linux.files import is_inside, leads_to, read_whole
from ..shown.secrets import is_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..run.scene import Scene

# Read as text: whatever it is a value of, a path that begins so leads out.
_NAMES = """
package.json pnpm-workspace.yaml tsconfig.json deno.json go.mod go.work Cargo.toml pyproject.toml setup.cfg
requirements.txt requirements-dev.txt Gemfile composer.json pubspec.yaml mix.exs rebar.config settings.gradle
settings.gradle.kts build.gradle build.gradle.kts pom.xml CMakeLists.txt stack.yaml cabal.project Package.swift
"""
_MANIFESTS = _NAMES.split()
_ABOVE = ("go.work",)  # tools look for these in all folders above
_ENDS = frozenset("\"'`,;:)]}><#*|\\ \t\r\n")
_MOST, _MOST_NAMED = 8, 500


def unseen(made: Scene) -> list[tuple[str, str]]:
    """(who names it, path) of what is there outside."""
    found = {path: name for name, path in (*_named(made), *_above(made))}
    if not found:
        return []
    from ..jail.mounts import Folder
    from ..jail.view import seen

    mounts = made.mounts()
    shown = {path: seen(mounts, path)[1] for path in found}
    return [(name, path) for path, name in found.items() if shown[path] is None or isinstance(shown[path], Folder)][
        :_MOST
    ]


def _named(made: Scene) -> Iterator[tuple[str, str]]:
    root, opened = made.workspace.root, made.workspace.opened
    for name in _MANIFESTS:
        text = os.fsdecode(read_whole(name, at=opened, follow=False) or b"")
        place, left = text.find("../"), _MOST_NAMED
        while place >= 0 and left > 0:
            left -= 1
            end = place
            while end < len(text) and text[end] not in _ENDS:
                end += 1
            path = os.path.normpath(f"{root}/{text[place:end]}")
            is_outside = not is_inside(path, root) and not is_inside(root, path) and os.path.lexists(path)
            if is_outside and not is_secret(made.guide.in_the_home(leads_to(path)), made.guide.home):
                yield name, path  # nothing in a project talks anybody into showing a key
            place = text.find("../", end)


def _above(made: Scene) -> Iterator[tuple[str, str]]:
    folder = os.path.dirname(made.workspace.root)
    while len(folder) > 1 and folder != made.guide.home:
        for name in _ABOVE:
            if os.path.lexists(f"{folder}/{name}"):
                yield "go", f"{folder}/{name}"
        folder = os.path.dirname(folder)
