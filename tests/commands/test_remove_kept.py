"""What is the user's by now stays, and is named."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.removing import MANIFEST, edit_manifest
from tests.homes import Home, tree


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
