"""What an earlier version put and is no longer part of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from tests.commands.removing import MANIFEST, edit_manifest
from tests.homes import Home


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
