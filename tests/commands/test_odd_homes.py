"""Homes that are kept in other ways: linked dotfiles, folders that are links, files that cannot be written."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.homes import Home, tree


def stow(home: Home) -> None:
    """GNU stow: links into a folder of dotfiles, whole folders where it can."""
    home.write("dotfiles/bash/.bashrc", "mine\n")
    home.write("dotfiles/bin/.local/bin/tool", "#!/bin/sh\n")
    home.write("dotfiles/fish/.config/fish/config.fish", "set -gx A 1\n")
    (home.path / ".bashrc").symlink_to("dotfiles/bash/.bashrc")
    (home.path / ".local").symlink_to("dotfiles/bin/.local")
    (home.path / ".config").symlink_to("dotfiles/fish/.config")


def chezmoi(home: Home) -> None:
    """chezmoi: plain files, private ones with their modes."""
    home.write(".bashrc", "mine\n").chmod(0o600)
    home.write(".profile", ". ~/.bashrc\n").chmod(0o640)
    home.write(".local/share/chezmoi/dot_bashrc", "mine\n")


def chain(home: Home) -> None:
    """A link to a link, and a config directory on another disk."""
    home.write("sync/shell/rc", "mine\n")
    (home.path / "rc").symlink_to("sync/shell/rc")
    (home.path / ".bashrc").symlink_to(home.path / "rc")
    (home.path / "disk").mkdir(mode=0o700)
    (home.path / ".claude-local").symlink_to("disk")


@pytest.mark.parametrize("lived_in", [stow, chezmoi, chain], ids=lambda lived_in: lived_in.__name__)
def test_links_stay_links_and_all_is_as_it_was_afterwards(home: Home, lived_in: Callable[[Home], None]) -> None:
    lived_in(home)
    before = tree(home.path)
    assert home.json("apply", "-y")["failed"] == 0
    assert home.json("apply", "-y")["changed"] == 0
    links = {name: seen for name, seen in before.items() if (home.path / name).is_symlink()}
    assert {name: tree(home.path)[name] for name in links} == links
    assert home.json("remove", "--purge", "-y")["problems"] == 0
    assert tree(home.path) == before


def test_a_home_whose_name_is_not_utf_8_is_set_up_and_put_back(plain_home: Home) -> None:
    home = Home(plain_home.path / "h\udcffme")
    home.path.mkdir()
    home.write(".bashrc", "mine\n")
    home.write(".claude-local/\udcfe", "x")
    before = tree(home.path)
    assert home.json("apply", "-y")["failed"] == 0
    assert home.json("apply", "-y")["changed"] == 0
    assert home.json("remove", "--purge", "-y")["failed"] == 0
    assert tree(home.path) == before


def is_refused(home: Home, said: str, remedy: str, command: str = "apply") -> None:
    """Nothing is changed; one sentence, one remedy."""
    before = tree(home.path)
    done = home.setup(command, "-y")
    assert done.returncode == 1
    assert said in done.stderr, done.stderr
    assert remedy in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(home.path) == before


def test_an_rc_file_that_leads_to_one_of_roots_is_refused(plain_home: Home) -> None:
    (plain_home.path / ".bashrc").symlink_to("/etc/bash.bashrc")
    is_refused(plain_home, "belongs to another user", "claude-local-setup config edit && claude-local-setup apply")


def test_an_rc_file_that_leads_nowhere_is_refused(plain_home: Home) -> None:
    (plain_home.path / ".bashrc").symlink_to("dotfiles/bashrc")
    is_refused(plain_home, "which is not there", "touch ")


def test_an_rc_file_that_is_too_large_is_refused(plain_home: Home) -> None:
    plain_home.write(".bashrc", b"x\n" * 9_000_000)
    is_refused(plain_home, "larger than 16 MiB", "ls -lL")


def test_a_folder_that_cannot_be_written_is_refused(plain_home: Home) -> None:
    plain_home.write(".bashrc", "mine\n")
    (plain_home.path / ".local/bin").mkdir(parents=True)
    (plain_home.path / ".local/bin").chmod(0o500)
    is_refused(plain_home, ".local/bin cannot be written", "ls -ld")


def test_a_home_that_cannot_be_written_is_refused(plain_home: Home) -> None:
    plain_home.write(".bashrc", "mine\n")
    plain_home.path.chmod(0o500)
    is_refused(plain_home, "cannot be written", "ls -ld")
    plain_home.path.chmod(0o700)


def test_a_file_that_became_read_only_stops_remove_before_it_begins(plain_home: Home) -> None:
    rc = plain_home.write(".bashrc", "mine\n")
    plain_home.json("apply", "-y")
    rc.chmod(0o444)
    is_refused(plain_home, "is read-only", "chmod u+w", "remove")
    rc.chmod(0o644)
    assert plain_home.json("remove", "-y")["failed"] == 0
    assert rc.read_text() == "mine\n"


def test_a_file_of_the_users_in_the_place_of_the_ide_link_is_not_replaced(plain_home: Home) -> None:
    plain_home.write(".claude-local/ide", "mine")
    is_refused(plain_home, "ide is in the way: it is not a link", "mv ")


class Frozen(Home):
    """A home in which one file is mounted read-only: like `chattr +i`, which only root can set."""

    def run(self, *words: str, cwd: Path | None = None, given: str | None = None) -> subprocess.CompletedProcess[str]:
        mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        return super().run(
            "unshare", "-rm", "sh", "-c", mount, str(self.path / ".bashrc"), *words, cwd=cwd, given=given
        )


@pytest.fixture
def frozen() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        yield Frozen(Path(folder))


def test_a_file_that_cannot_be_written_whatever_its_mode_says_is_refused(frozen: Home) -> None:
    frozen.write(".bashrc", "mine\n")
    is_refused(frozen, ".bashrc is immutable, or its file system is read-only", "sudo chattr -i")
