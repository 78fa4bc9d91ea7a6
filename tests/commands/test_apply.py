"""apply, on homes that somebody lives in: what it puts there, what it leaves alone, what it repairs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests import installed
from tests.homes import Home, tree


def test_apply_twice_changes_nothing_the_second_time(home: Home) -> None:
    first, second = home.json("apply", "-y"), home.json("apply", "-y")
    assert (first["failed"], second["failed"]) == (0, 0)
    assert first["changed"] > 8
    assert second["changed"] == 0


def test_a_dry_run_on_an_empty_home_writes_nothing_at_all(home: Home) -> None:
    before = tree(home.path)
    answer = home.json("apply", "--dry-run")
    assert answer["pending"] > 8
    assert tree(home.path) == before


DAMAGE: dict[str, Callable[[Path], object]] = {
    "enforced.json edited": lambda h: (h / ".local/share/claude-local/enforced.json").write_text("{}"),
    "enforced.json deleted": lambda h: (h / ".local/share/claude-local/enforced.json").unlink(),
    "enforced.json opened": lambda h: (h / ".local/share/claude-local/enforced.json").chmod(0o666),
    "config directory opened": lambda h: (h / ".claude-local").chmod(0o755),
    "filter edited": lambda h: (h / ".local/share/claude-local/seccomp.bpf").write_bytes(b"x"),
    "settings.json emptied": lambda h: (h / ".claude-local/settings.json").write_text("{}"),
    "settings.json deleted": lambda h: (h / ".claude-local/settings.json").unlink(),
    ".claude.json deleted": lambda h: (h / ".claude-local/.claude.json").unlink(),
    "CLAUDE.md emptied": lambda h: (h / ".claude-local/CLAUDE.md").write_text("mine\n"),
    "ide link deleted": lambda h: (h / ".claude-local/ide").unlink(),
    "values.json edited": lambda h: (h / ".local/share/claude-local/values.json").write_text("{}"),
    "a part of the program edited": lambda h: (installed.folder(h) / "main.py").write_text("pass"),
    "a part of the program deleted": lambda h: (installed.folder(h) / "jail/rules.py").unlink(),
    "something beside the program": lambda h: (installed.folder(h) / "json.py").write_text("pass"),
    "the program replaced by a link": lambda h: replaced_by_a_link(installed.folder(h), h / "moved"),
    "wrapper edited": lambda h: (h / ".local/bin/claude-local").write_text("#!/bin/sh\n"),
    "wrapper not executable": lambda h: (h / ".local/bin/claude-local").chmod(0o644),
    "block torn": lambda h: (h / ".bashrc").write_text(
        (h / ".bashrc").read_text().replace("# <<< claude-local-setup <<<", "")
    ),
    "block gone": lambda h: (h / ".bashrc").write_text("mine\n"),
    "manifest edited": lambda h: (h / ".local/state/claude-local-setup/manifest.json").write_text("["),
}


def replaced_by_a_link(folder: Path, moved: Path) -> None:
    folder.rename(moved)
    folder.symlink_to(moved)


def test_each_damage_is_found_by_verify_and_repaired_by_apply(plain_home: Home) -> None:
    home = plain_home
    home.write(".bashrc", "mine=1\n")
    home.json("apply", "-y")
    for name, damage in DAMAGE.items():
        damage(home.path)
        drift = [f for f in home.json("status")["hosts"][0]["findings"] if "target state" in f["check"] and not f["ok"]]
        assert drift, name
        assert home.json("apply", "-y")["failed"] == 0, name
        assert home.json("apply", "-y")["changed"] == 0, name
    assert home.json("status")["pending"] == 0


def test_what_the_user_wrote_is_kept_byte_for_byte(home: Home) -> None:
    mine = b"export A=1\r\n\xff\xfe latin\nno final newline"
    home.write(".bashrc", mine)
    home.write(".claude-local/settings.json", '{"theme": "dark", "env": {"MINE": "1"}}')
    home.write(".claude-local/CLAUDE.md", "My own words.\n")
    home.json("apply", "-y")
    assert (home.path / ".bashrc").read_bytes().startswith(mine)
    settings = json.loads((home.path / ".claude-local/settings.json").read_text())
    assert settings["theme"] == "dark"
    assert settings["env"]["MINE"] == "1"
    assert (home.path / ".claude-local/CLAUDE.md").read_text().startswith("My own words.\n")


def test_a_linked_rc_file_stays_a_link(plain_home: Home) -> None:
    target = plain_home.write("dotfiles/bashrc", "mine\n")
    (plain_home.path / ".bashrc").symlink_to(target)
    plain_home.json("apply", "-y")
    assert (plain_home.path / ".bashrc").is_symlink()
    assert "claude-local" in target.read_text()


def test_the_normal_claude_is_not_written(home: Home) -> None:
    home.write(".claude/settings.json", '{"theme": "light"}')
    home.write(".claude/.credentials.json", "secret")
    home.write(".claude.json", "{}")
    before = tree(home.path / ".claude")
    answer = home.json("apply", "-y")
    assert tree(home.path / ".claude") == before
    assert (home.path / ".claude.json").read_text() == "{}"
    normal = [f for f in answer["hosts"][0]["findings"] if f["check"].startswith("normal claude")]
    assert normal
    assert all(finding["ok"] for finding in normal)


def test_a_session_cannot_have_apply_write_through_a_link(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    victim = plain_home.write(".claude/settings.json", "{}")
    settings = plain_home.path / ".claude-local/settings.json"
    settings.unlink()
    settings.symlink_to(victim)
    done = plain_home.setup("apply", "-y")
    assert done.returncode == 1
    assert victim.read_text() == "{}"


def test_the_plan_names_each_key_that_is_another_since_the_last_apply(plain_home: Home) -> None:
    plain_home.setup("config", "set", "network.ports", "3000")
    assert "  config " not in plain_home.setup("apply", "-y").stdout  # all of it is new
    for key, value in (("server.model", "glm"), ("network.ports", ""), ("server.auth_token", "swordfish")):
        plain_home.setup("config", "set", key, value)
    plan = plain_home.setup("apply", "--dry-run").stdout
    assert [line.strip() for line in plan.splitlines() if line.startswith("  config ")] == [
        "config   server.auth_token: changed",
        'config   server.model: "" -> "glm"',
        "config   network.ports: [3000] -> []",
    ]
    assert "swordfish" not in plan + plain_home.setup("status").stdout
    plain_home.setup("apply", "-y")
    assert "not applied yet" not in plain_home.setup("status").stdout


def test_what_settings_hold_is_in_no_file_that_others_read_and_in_no_plan(plain_home: Home) -> None:
    secret = {"env": {"SERVICE_TOKEN": "swordfish"}}
    plain_home.setup("apply", "-y")
    plain_home.setup("config", "set", "settings", json.dumps(secret))
    assert "config   settings: changed" in plain_home.setup("apply", "--dry-run").stdout
    assert plain_home.json("apply", "-y")["failed"] == 0
    holders = [path for path in plain_home.path.rglob("*") if path.is_file() and b"swordfish" in path.read_bytes()]
    assert holders
    assert [path for path in holders if path.stat().st_mode & 0o077] == []
    assert "not applied yet" not in plain_home.setup("status").stdout
