"""What is hidden or too wide is nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.jail.jailed import jailed


@pytest.mark.parametrize("hidden", ["~/.cargo", "~/shown"])
def test_what_lies_in_a_hidden_folder_is_not_shown_by_another_rule(plain_home: Home, work: Path, hidden: str) -> None:
    plain_home.write(".cargo/bin/tool", "tool")
    plain_home.write("shown/deep/file", "file")
    plain_home.write(
        ".config/claude-local-setup/config.toml",
        f'[isolation]\nhide = ["{hidden}"]\nread = ["~/shown/deep"]\nwrite = ["~/shown/deep"]\n',
    )
    assert plain_home.json("apply", "-y")["failed"] == 0
    seen = jailed(plain_home, work, "cat ~/.cargo/bin/tool ~/shown/deep/file").stdout
    assert seen == ("file" if hidden == "~/.cargo" else "tool")


@pytest.mark.parametrize("wide", ["/", "~", "//", "/run", "/tmp/", "~/"])
def test_what_is_too_wide_to_be_shown_is_refused_with_its_name(plain_home: Home, wide: str) -> None:
    done = plain_home.setup("config", "set", "isolation.read", wide)
    assert done.returncode == 2
    assert "is too wide to be shown" in done.stderr


AGAIN = """\
mount --bind "$HOME" "$1"
cd "$1/$2" && exec setpriv --ambient-caps=-all --inh-caps=-all "$HOME/.local/bin/claude-local" --jail \
  sh -c 'cat ~/secret.txt secret.txt; echo x >planted'
"""


@pytest.mark.parametrize("folder", [".", ".ssh", ".local/bin"])
def test_the_home_by_another_mount_is_no_workspace(plain_home: Home, work: Path, folder: str) -> None:
    again = plain_home.path.parent / f"again-{os.getpid()}"
    again.mkdir(exist_ok=True)
    (plain_home.path / ".ssh").mkdir()
    try:
        room = ["unshare", "--user", "--map-current-user", "--mount", "--keep-caps", "--", "sh", "-c", AGAIN, "x"]
        done = plain_home.run(*room, str(again), folder, cwd=work)
    finally:
        again.rmdir()
    assert done.returncode == 1
    assert "cannot be a workspace" in done.stderr
    assert not (plain_home.path / folder / "planted").exists()
