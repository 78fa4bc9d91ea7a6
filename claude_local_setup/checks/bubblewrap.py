"""bubblewrap itself: a version with a known hole is named. Our use of it is not touched, that of others may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..host import distribution
from ..host.actual import Actual
from ..session.words import NO_LINE
from .answers import plain
from .report import Finding
from .trials import Trials


@dataclass(frozen=True)
class _Hole:
    name: str
    mended: str  # the version that has it mended
    packages: tuple[str, ...]  # the first revisions of earlier ones that have
    what: str


HOLES = (
    _Hole(
        "CVE-2026-87766",
        "0.12.0",
        ("0.9.0-1ubuntu0.2",),
        "where a sandbox lets it make mount points in folders that its programs can write, they lead it out",
    ),
)


def bubblewrap(actual: Actual, trials: Trials) -> Iterator[Finding]:
    version, package, *mended = [*trials.get("bwrap", "").split(), "", ""]
    if not re.fullmatch(r"\d+(\.\d+)+", version):
        return
    open_ones = [hole for hole in HOLES if hole.name not in mended and not _is_mended(hole, version, package)]
    problem = "; ".join(f"it has the hole {hole.name}, mended in {hole.mended}: {hole.what}" for hole in open_ones)
    said = f"{problem}. claude-local never does that" if problem else ""
    remedy = distribution.install_command(actual.os_release, ["bubblewrap"], apt=bool(actual.facts["apt"]))
    known = plain(package if package != "?" else version)
    yield Finding(
        f"host: bubblewrap {known}", said, remedy if said else NO_LINE, warning=bool(said), name="host: bubblewrap"
    )


def _is_mended(hole: _Hole, version: str, package: str) -> bool:
    return _numbers(version) >= _numbers(hole.mended) or any(_is_at_least(package, first) for first in hole.packages)


def _is_at_least(package: str, first: str) -> bool:
    """Whether it is the same revision but for its last number, and that is no smaller."""
    stem, last = re.fullmatch(r"(.*?)(\d+)", first).groups()  # type: ignore[union-attr]
    number = re.match(r"\d+", package[len(stem) :]) if package.startswith(stem) else None
    return number is not None and int(number[0]) >= int(last)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]
