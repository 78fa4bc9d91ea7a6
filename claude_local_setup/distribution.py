"""Which distribution a host runs, and the command that installs packages there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import distro

_INSTALL = {
    "debian": "sudo apt-get install -y",
    "ubuntu": "sudo apt-get install -y",
    "fedora": "sudo dnf install -y",
    "rhel": "sudo dnf install -y",
    "arch": "sudo pacman -S --needed",
    "suse": "sudo zypper install",
    "opensuse": "sudo zypper install",
    "alpine": "doas apk add",
}


def name(os_release: str) -> str:
    """As people call it: "Debian GNU/Linux 12 (bookworm)"; "" if the host does not say."""
    return _known(os_release).name(pretty=True)


def install_command(os_release: str, packages: Iterable[str]) -> str:
    """The exact command on that distribution or its next of kin; in words where neither is known."""
    known = _known(os_release)
    kin = [known.id(), *known.like().split()]
    tool = next((_INSTALL[item] for item in kin if item in _INSTALL), None)
    named = " ".join(packages)
    return f"{tool} {named}" if tool else f"install {named} with the package tool of that system"


@cache
def _known(os_release: str) -> distro.LinuxDistribution:
    with tempfile.TemporaryDirectory() as folder:
        release = Path(folder) / "os-release"
        release.write_text(os_release, encoding="utf-8", errors="replace")
        try:
            known = distro.LinuxDistribution(os_release_file=str(release), include_lsb=False, include_uname=False)
            known.id()  # read now: the file goes
        except ValueError:  # an unclosed quote
            return _known("")
        return known
