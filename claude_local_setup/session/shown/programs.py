"""What PATH and variables lead to, with the whole installation that it belongs to."""

from __future__ import annotations

import os

from ..linux.files import is_inside
from . import home
from .caches import is_cache
from .secrets import SHARED
from .surroundings import Found, Guide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_BINARIES = ("bin", "sbin", "shims", "Scripts")
# What lies beside the programs of an installation, or makes a folder one.
_BESIDE = (
    *("lib", "lib64", "libexec", "share", "include", "conda-meta", "pyvenv.cfg", "versions", "candidates", "installs"),
    *("pkg", "jmods", "release", "platform-tools", "toolchains", "node_modules", "packs", "sdk"),
)


def of_path(guide: Guide, path: str, workspace: str) -> tuple[list[Found], str]:
    """The installations to which the entries of a PATH belong, and the PATH with each entry as it lies.

    Entries stay that mean the current directory, and those of the workspace that a build has yet to make.
    """
    found: list[Found] = []
    entries: list[str] = []
    for entry in dict.fromkeys(path.split(":")):
        is_one = entry.startswith("/") and (is_inside(entry, workspace) or not guide.is_of_windows(entry))
        place = guide.lead(entry) if is_one else ""
        if not entry.startswith("/") or (is_inside(place, workspace) and not os.path.isdir(place)):
            entries.append(place or entry or ".")
            continue
        if not place or not os.path.isdir(place):
            continue
        if place not in entries:
            entries.append(place)
        found += _programs(guide, place)
        if is_inside(place, guide.home):
            found += _linked_programs(guide, place)
    return found, ":".join(entries)


def _allowed(guide: Guide, place: str, reason: str = home.PROGRAMS) -> Found | None:
    return None if guide.is_of_windows(place) else guide.allowed(place, reason)


def _programs(guide: Guide, folder: str) -> list[Found]:
    """The folder with the installation that it belongs to, or where that holds secrets the folder alone."""
    places = dict.fromkeys((installation(folder, guide.home), folder))
    return [item for place in places if (item := _allowed(guide, place))][:1]


def _linked_programs(guide: Guide, folder: str) -> Iterator[Found]:
    """~/.local/bin/tool may be a link into a folder that is called whatever."""
    try:
        with os.scandir(folder) as entries:
            links = [entry.path for entry in entries if entry.is_symlink()][:500]
    except OSError:
        return
    for target in dict.fromkeys(filter(None, map(guide.lead, links))):
        parent = target.rpartition("/")[0]
        if is_inside(parent, guide.home):
            whole = installation(parent, guide.home)
            item = _allowed(guide, target if whole == parent else whole)
            if item:
                yield item


def installation(folder: str, home: str) -> str:
    """The whole that a folder of programs belongs to: ~/miniconda3 for ~/miniconda3/bin. Never a project."""
    parent, _, name = folder.rpartition("/")
    if name not in _BINARIES or parent.count("/") < 2 or is_inside(home, parent):
        return folder
    if is_cache(parent, home) or any(is_inside(f"{home}/{shared}", parent) for shared in SHARED):
        return folder
    return parent if is_installation(parent, home) else folder


def is_installation(folder: str, home: str) -> bool:
    """Whether it looks like one: no repository of somebody's project, and with what programs have beside them."""
    is_hidden = "/." in folder[len(home) :]
    if not is_hidden and os.path.lexists(f"{folder}/.git"):
        return False
    return any(os.path.lexists(f"{folder}/{name}") for name in _BESIDE)


def of_variables(guide: Guide) -> Iterator[tuple[str, str, Found | None]]:
    """(name, value, what is shown for it) of the variables that say where a toolchain is."""
    for name in home.POINTERS:
        value = os.environ.get(name, "")
        if value.startswith("/"):
            found = _allowed(guide, value, f"{name} names it") if ":" not in value else None
            is_one = found and (not found.is_folder or name in home.CLONED or is_installation(found.source, guide.home))
            yield name, value, found if is_one else None


def of_commands(guide: Guide) -> Iterator[Found]:
    """What the variables name that say which program to start: an editor need not be on PATH."""
    for name in home.RUN:
        program = os.environ.get(name, "").partition(" ")[0]
        if program.startswith("/") and os.access(program, os.X_OK) and (place := guide.lead(program)):
            folder = place.rpartition("/")[0]
            whole = installation(folder, guide.home)
            if item := _allowed(guide, place if whole == folder else whole):
                yield item
