"""Which distribution a host runs, and the command that installs packages there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import distro

from ..session.words import NO_LINE, Remedy, typed

_INSTALL = {
    "fedora": "sudo dnf install -y",
    "rhel": "sudo dnf install -y",
    "arch": "sudo pacman -S --needed",
    "suse": "sudo zypper install",
    "opensuse": "sudo zypper install",
    "alpine": "doas apk add",
}
_OTHER_NAMES = {"arch": {"python3": "python"}}  # where a package is not called as in Debian


def name(os_release: str) -> str:
    """As people call it: "Debian GNU/Linux 12 (bookworm)"; "" if the host does not say."""
    try:
        return _known(os_release).name(pretty=True)
    except ValueError:  # an unclosed quote
        return ""


def is_at_least(os_release: str, **versions: float) -> bool:
    """Whether it is one of these, by ID, in that version or a newer one; one that has no number is the next one."""
    try:
        known = _known(os_release)
        number = known.os_release_attr("version_id") or "inf"  # its own: distro would ask this machine for more
        return known.id() in versions and float(number) >= versions[known.id()]
    except ValueError:
        return False


def install_command(os_release: str, packages: Iterable[str], *, apt: bool) -> Remedy:
    """The exact command: apt's where there is one, else that distribution's own; none where nobody knows that."""
    if apt:
        return typed("sudo", "apt-get", "install", "-y", *packages)
    kin = next((item for item in _kin(os_release) if item in _INSTALL), "")
    other = _OTHER_NAMES.get(kin, {})
    return typed(*_INSTALL[kin].split(), *(other.get(package, package) for package in packages)) if kin else NO_LINE


def _kin(os_release: str) -> list[str]:
    try:
        known = _known(os_release)
        return [known.id(), *known.like().split()]
    except ValueError:
        return []


@cache
def _known(os_release: str) -> distro.LinuxDistribution:
    with tempfile.TemporaryDirectory() as folder:
        release = Path(folder) / "os-release"
        release.write_text(os_release, encoding="utf-8", errors="replace")
        known = distro.LinuxDistribution(os_release_file=str(release), include_lsb=False, include_uname=False)
        known.id()  # read now: the file goes
        return known
