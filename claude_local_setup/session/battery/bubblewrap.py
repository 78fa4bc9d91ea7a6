"""Which bubblewrap a host has, and which of its known holes the package says that it has mended."""

from __future__ import annotations

import shutil

from .asked import output

# By the names in packages' changelogs: a distribution mends a hole without the version that has it mended.
NAMES = {"CVE-2026-87766": ("CVE-2026-87766", "GHSA-pxhw-h44j-8pfx", "#1145655")}
_CHANGES = "/usr/share/doc/bubblewrap/changelog.Debian.gz"


def told() -> str:
    """Its version, its package's ("?" where one is not known), and the holes that are mended."""
    said = output(["bwrap", "--version"], 20).split()
    has_dpkg = shutil.which("dpkg-query") is not None
    package = output(["dpkg-query", "-W", "-f", "${Version}", "bubblewrap"], 20).split() if has_dpkg else []
    changes = _debian() if has_dpkg else output(["rpm", "-q", "--changelog", "bubblewrap"], 20)
    mended = [hole for hole, names in NAMES.items() if any(name in changes for name in names)]
    return " ".join([said[-1] if said else "?", package[0] if len(package) == 1 else "?", *mended])


def _debian() -> str:
    import gzip

    try:
        with gzip.open(_CHANGES, "rt", errors="replace") as file:
            return file.read(1_000_000)
    except (OSError, EOFError):
        return ""
