"""What distributions call themselves, and their packages, as their own os-release files have it."""

from __future__ import annotations

import pytest

from claude_local_setup.host.distribution import install_command

WANTED = ("bubblewrap", "socat", "python3", "git")
HOSTS = {
    "ID=fedora\nVERSION_ID=43\n": "sudo dnf install -y bubblewrap socat python3 git",
    'ID="rocky"\nID_LIKE="rhel centos fedora"\n': "sudo dnf install -y bubblewrap socat python3 git",
    "ID=arch\n": "sudo pacman -S --needed bubblewrap socat python git",
    "ID=manjaro\nID_LIKE=arch\n": "sudo pacman -S --needed bubblewrap socat python git",
    'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n': "sudo zypper install bubblewrap socat python3 git",
    "ID=alpine\n": "doas apk add bubblewrap socat python3 git",
}


@pytest.mark.parametrize("os_release", HOSTS)
def test_packages_are_installed_as_that_distribution_has_them(os_release: str) -> None:
    assert install_command(os_release, WANTED, apt=False) == HOSTS[os_release]


def test_where_it_is_not_known_there_is_no_line_to_paste() -> None:
    assert install_command("ID=unheard-of\n", ["git"], apt=False) == ""
