"""remove: the home afterwards is the home before; what the user wrote since is kept; what is left is named."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.homes import Home, tree

MANIFEST = ".local/state/claude-local-setup/manifest.json"


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


def test_what_the_user_wrote_since_stays(plain_home: Home) -> None:
    home = plain_home
    home.write(".bashrc", "first line\nunended")
    home.json("apply", "-y")
    with (home.path / ".bashrc").open("a") as rc:
        rc.write("appended=1\n")
    home.json("apply", "-y")
    home.json("remove", "-y")
    assert (home.path / ".bashrc").read_text() == "first line\nunended\nappended=1\n"


EDITS: dict[str, Callable[[Path], object]] = {
    ".local/bin/claude-local": lambda path: path.write_text("#!/bin/sh\n# edited\n"),
    ".local/share/claude-local/enforced.json": lambda path: path.write_text("{}"),
    ".claude-local/settings.json": lambda path: path.write_text("{ not json"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_file_that_was_edited_since_is_kept_and_named(plain_home: Home, name: str) -> None:
    home = plain_home
    home.json("apply", "-y")
    EDITS[name](home.path / name)
    edited = (home.path / name).read_bytes()
    done = home.setup("remove", "-y")
    assert done.returncode == 0
    assert (home.path / name).read_bytes() == edited
    assert f"{home.path / name}: " in done.stdout
    assert not (home.path / MANIFEST).exists()


@pytest.mark.parametrize("damage", ["missing", "cut off", "not an object", "hostile"])
def test_without_its_manifest_remove_knows_our_work_by_its_content(plain_home: Home, damage: str) -> None:
    home = plain_home
    home.write(".bashrc", "mine\n")
    home.json("apply", "-y")
    manifest = home.path / MANIFEST
    hostile = {"entries": [{"name": "x", "kind": "File", "path": "../../x", "before": {"kind": "absent"}}], "config": 7}
    if damage == "missing":
        manifest.unlink()
    else:
        manifest.write_text(
            {"cut off": manifest.read_text()[:300], "not an object": "[]"}.get(damage, json.dumps(hostile))
        )
    done = home.setup("remove", "-y")
    assert done.returncode == 0, done.stderr
    assert "the manifest is missing or damaged" in done.stdout
    assert {str(path.relative_to(home.path)): path.read_text() for path in home.path.rglob("*") if path.is_file()} == {
        ".bashrc": "mine\n"
    }
    assert not (home.path / ".claude-local").exists()


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


@pytest.fixture
def session(plain_home: Home) -> Iterator[subprocess.Popen[bytes]]:
    plain_home.json("apply", "-y")
    wrapper = plain_home.path / ".local/bin/claude-local"
    running = subprocess.Popen(
        [wrapper, "--jail", "sh", "-c", "echo up; exec sleep 60"],
        cwd=plain_home.workspace(), env=plain_home.env, start_new_session=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout
    assert running.stdout.readline() == b"up\n"
    yield running
    running.terminate()
    running.wait()


def test_a_running_session_is_not_robbed_of_its_rules(plain_home: Home, session: subprocess.Popen[bytes]) -> None:
    before = tree(plain_home.path)
    done = plain_home.setup("remove", "-y")
    assert done.returncode == 1
    assert f"a claude-local session is running (process {session.pid}" in done.stderr
    assert tree(plain_home.path) == before


def test_apply_leaves_a_running_session_the_rules_that_it_began_with(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    script = "cat /run/claude-local/enforced.json; echo up; read line; cat /run/claude-local/enforced.json"
    session = subprocess.Popen(
        [plain_home.path / ".local/bin/claude-local", "--jail", "sh", "-c", script],
        cwd=plain_home.workspace(), env=plain_home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert session.stdout
    before = "".join(iter(session.stdout.readline, "up\n"))
    plain_home.setup("config", "set", "server.model", "another")
    assert plain_home.json("apply", "-y")["failed"] == 0
    assert "another" in (plain_home.path / ".local/share/claude-local/enforced.json").read_text()
    after, _ = session.communicate("go\n", timeout=60)
    assert session.returncode == 0
    assert after == before
    assert "another" not in after


def edit_manifest(home: Home, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = home.path / MANIFEST
    value = json.loads(manifest.read_text())
    change(value)
    manifest.write_text(json.dumps(value))


def packages_were_missing(value: dict[str, Any]) -> None:
    value["entries"][0]["before"].pop("packages")


def test_packages_go_only_if_we_installed_them_and_only_when_told(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    assert not any(
        "dpkg" in step["diff"] for step in plain_home.json("remove", "--packages", "--dry-run")["hosts"][0]["steps"]
    )
    edit_manifest(plain_home, packages_were_missing)
    without, told = plain_home.json("remove", "--dry-run"), plain_home.json("remove", "--packages", "--dry-run")
    assert not any("dpkg" in step["diff"] for step in without["hosts"][0]["steps"])
    assert any("dpkg --remove bubblewrap socat" in step["diff"] for step in told["hosts"][0]["steps"])
    assert any("apt-get remove bubblewrap socat" in finding["check"] for finding in without["hosts"][0]["findings"])


def test_a_package_that_is_no_longer_asked_for_is_still_known_as_ours(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    edit_manifest(plain_home, lambda value: value["entries"][0]["packages"].append("extra"))
    plain_home.json("apply", "-y")
    steps = plain_home.json("remove", "--packages", "--dry-run")["hosts"][0]["steps"]
    assert [step["diff"] for step in steps if "dpkg" in step["diff"]] == ["- dpkg --remove extra\n"]


def earlier_version(home: Home) -> Callable[[dict[str, Any]], object]:
    """As if an earlier version had also put a file, a folder and a block in another rc file."""
    old = home.write(".local/share/old/helper", "#!/bin/sh\n")
    home.write(".kshrc", "mine\n# >>> claude-local-setup >>>\nold\n# <<< claude-local-setup <<<\nmore\n")
    sha = __import__("hashlib").sha256(old.read_bytes()).hexdigest()
    made = [str(home.path / ".local/share"), str(home.path / ".local/share/old")]

    def change(value: dict[str, Any]) -> None:
        value["entries"] += [
            {
                "name": "helper",
                "kind": "File",
                "path": str(old),
                "sha256": sha,
                "before": {"kind": "absent", "made": made},
            },
            {
                "name": "ksh",
                "kind": "Block",
                "path": str(home.path / ".kshrc"),
                "body": "old\n",
                "before": {"kind": "file"},
            },
        ]

    return change


def test_apply_removes_what_an_earlier_version_put(plain_home: Home) -> None:
    home = plain_home
    home.json("apply", "-y")
    edit_manifest(home, earlier_version(home))
    assert home.json("apply", "--dry-run")["pending"] > 2
    assert home.json("apply", "-y")["failed"] == 0
    assert not (home.path / ".local/share/old").exists()
    assert (home.path / ".kshrc").read_text() == "mine\nmore\n"
    assert home.json("apply", "-y")["changed"] == 0


def test_apply_keeps_and_names_what_an_earlier_version_put_and_the_user_edited(plain_home: Home) -> None:
    home = plain_home
    home.json("apply", "-y")
    edit_manifest(home, earlier_version(home))
    home.write(".local/share/old/helper", "#!/bin/sh\n# better\n")
    done = home.setup("apply", "-y")
    assert "you changed it since" in done.stdout
    assert (home.path / ".local/share/old/helper").exists()


def test_an_rc_file_that_is_no_longer_named_loses_its_block(plain_home: Home) -> None:
    home = plain_home
    home.write(".bashrc", "mine\n")
    home.write(".kshrc", "yours\n")
    home.setup("config", "set", "shell.rc", "~/.bashrc,~/.kshrc")
    home.json("apply", "-y")
    assert "claude-local" in (home.path / ".kshrc").read_text()
    home.setup("config", "set", "shell.rc", "~/.bashrc")
    assert home.json("apply", "-y")["failed"] == 0
    assert (home.path / ".kshrc").read_text() == "yours\n"
    assert "claude-local" in (home.path / ".bashrc").read_text()
    assert home.json("apply", "-y")["changed"] == 0


def test_what_was_replaced_is_in_the_manifest(plain_home: Home) -> None:
    plain_home.write(".local/bin/claude-local", "#!/bin/sh\n# mine\n").chmod(0o700)
    plain_home.json("apply", "-y")
    records = json.loads((plain_home.path / MANIFEST).read_text())["entries"]
    before = next(record["before"] for record in records if record["name"] == "wrapper")
    assert base64.b64decode(before["content"]) == b"#!/bin/sh\n# mine\n"
    assert before["mode"] == "0700"
