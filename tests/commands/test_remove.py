"""remove: the home afterwards is the home before; what the user wrote since is kept; what is left is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.removing import MANIFEST
from tests.homes import Home, tree


def snapshot(folder: Path) -> dict[str, tuple[object, ...]]:
    """Names, types, bytes, modes, owners and link targets of all below a folder."""
    return {
        name: (*seen, (folder / name).lstat().st_uid, (folder / name).lstat().st_gid)
        for name, seen in tree(folder).items()
    }


def times(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.lstat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def live_in(home: Home) -> None:
    """The home of somebody who has lived there for years."""
    home.write("dotfiles/bash/bashrc", b"export A=1\r\n\xff\xfe latin\nalias ll='ls -l'\nno final newline")
    (home.path / ".bashrc").symlink_to("dotfiles/bash/bashrc")
    home.write(".profile", '[ -n "$BASH_VERSION" ] && . ~/.bashrc\n').chmod(0o600)
    home.write(".zshrc", "").chmod(0o640)
    home.write("dotfiles/fish/config.fish", "set -gx A 1\n\n\n")
    (home.path / ".config").mkdir()
    (home.path / ".config/fish").symlink_to("../dotfiles/fish")
    home.write(".config/git/config", "[user]\n\tname = Somebody\n")
    home.write(".config/claude-local-setup/config.toml", "[server]\nmodel = 'mine'\n").chmod(0o600)
    home.write(".claude/settings.json", '{"theme": "light"}')
    home.write(".claude/ide/4711.lock", "{}")
    home.write(".claude.json", "{}")
    home.write(
        ".claude-local/settings.json", '{ "theme":"dark",\n "env": {"MINE": "1"}, "skipWebFetchPreflight": false }'
    )
    home.write(".claude-local/CLAUDE.md", "My own words.")
    home.write(".claude-local/projects/old.jsonl", "{}\n")
    home.write(".claude-local/commands/mine.md", "Do as I do.\n")
    (home.path / ".claude-local").chmod(0o755)
    home.write(".local/bin/claude-local", "#!/bin/sh\n# my own, from before\n").chmod(0o750)
    home.write(".ssh/id_ed25519", "secret").chmod(0o600)
    (home.path / "broken-link").symlink_to("nowhere")


@pytest.mark.parametrize("lived_in", [True, False], ids=["lived in", "empty"])
def test_after_apply_and_remove_purge_the_home_is_as_it_was(home: Home, lived_in: bool) -> None:
    if lived_in:
        live_in(home)
    before, times_before = snapshot(home.path), times(home.path)
    assert home.json("apply", "-y")["failed"] == 0
    assert (home.path / MANIFEST).exists()
    changed = {name for name, seen in snapshot(home.path).items() if before.get(name) != seen}
    answer = home.json("remove", "--purge", "-y")
    assert answer["failed"] == 0
    assert answer["problems"] == 0
    assert snapshot(home.path) == before
    untouched = {name: when for name, when in times_before.items() if name not in changed}
    assert {name: times(home.path)[name] for name in untouched} == untouched


def test_removing_twice_says_that_there_is_nothing(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    first, second = plain_home.setup("remove", "-y"), plain_home.setup("remove", "-y")
    assert first.returncode == second.returncode == 0
    assert "normal claude: unchanged" in first.stdout
    assert "nothing to remove" in second.stdout


def test_a_dry_run_removes_nothing_and_shows_what_remove_does(plain_home: Home) -> None:
    live_in(plain_home)
    plain_home.json("apply", "-y")
    before = snapshot(plain_home.path)
    planned = plain_home.json("remove", "--purge", "--dry-run")
    assert snapshot(plain_home.path) == before
    done = plain_home.json("remove", "--purge", "-y")
    assert [(step["name"], step["diff"]) for step in planned["hosts"][0]["steps"]] == [
        (step["name"], step["diff"]) for step in done["hosts"][0]["steps"]
    ]
    assert planned["pending"] == done["changed"] > 8


def test_sessions_and_settings_stay_without_purge_and_go_with_it(plain_home: Home) -> None:
    home = plain_home
    home.json("apply", "-y")
    home.write(".claude-local/projects/x/session.jsonl", "{}\n")
    settings = json.loads((home.path / ".claude-local/settings.json").read_text())
    home.write(".claude-local/settings.json", json.dumps({**settings, "theme": "dark"}))
    done = home.setup("remove", "-y")
    assert ".claude-local, with sessions" in done.stdout
    assert {str(path.relative_to(home.path)) for path in home.path.rglob("*") if path.is_file()} == {
        ".claude-local/projects/x/session.jsonl",
        ".claude-local/settings.json",
        ".claude-local/.made-by-claude-local-setup",
    }
    assert json.loads((home.path / ".claude-local/settings.json").read_text()) == {"theme": "dark"}
    assert home.json("remove", "--purge", "-y")["failed"] == 0
    assert tree(home.path) == {}


def test_what_was_there_before_outlives_a_second_purge(plain_home: Home) -> None:
    live_in(plain_home)
    before = snapshot(plain_home.path)
    plain_home.json("apply", "-y")
    plain_home.json("remove", "--purge", "-y")
    plain_home.json("remove", "--purge", "-y")
    assert snapshot(plain_home.path) == before


def test_what_sessions_left_goes_with_a_purge_also_after_another_apply(plain_home: Home) -> None:
    home = plain_home
    home.json("apply", "-y")
    home.write(".claude-local/projects/x/session.jsonl", "{}\n")
    home.json("remove", "-y")
    home.json("apply", "-y")
    home.json("remove", "--purge", "-y")
    assert tree(home.path) == {}


def test_purge_follows_no_link_out_of_the_config_directory(plain_home: Home) -> None:
    home = plain_home
    home.write(".claude/ide/1.lock", "{}")
    home.write(".claude/projects/p/s.jsonl", "{}")
    home.json("apply", "-y")
    (home.path / ".claude-local/projects").symlink_to(home.path / ".claude/projects")
    home.write(".claude-local/cache/module/file", "x")
    (home.path / ".claude-local/cache/module").chmod(0o500)
    before = snapshot(home.path / ".claude")
    assert home.json("remove", "--purge", "-y")["failed"] == 0
    assert snapshot(home.path / ".claude") == before
    assert not (home.path / ".claude-local").exists()


def test_a_config_directory_that_leads_to_the_normal_claude_is_not_purged(plain_home: Home) -> None:
    home = plain_home
    home.write(".claude/settings.json", "{}")
    home.json("apply", "-y")
    (home.path / ".claude-local").rename(home.path / "moved")
    (home.path / ".claude-local").symlink_to(".claude")
    before = snapshot(home.path / ".claude")
    home.json("remove", "--purge", "-y")
    assert snapshot(home.path / ".claude") == before


def test_remove_does_not_need_a_valid_config(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    plain_home.write(".config/claude-local-setup/config.toml", "[server\n")
    assert plain_home.json("remove", "-y")["failed"] == 0
    assert not (plain_home.path / ".local/bin").exists()


def test_purge_takes_a_config_that_was_written_since_the_first_apply(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    plain_home.setup("config", "set", "server.model", "x")
    plain_home.json("apply", "-y")
    plain_home.json("remove", "--purge", "-y")
    assert tree(plain_home.path) == {}
