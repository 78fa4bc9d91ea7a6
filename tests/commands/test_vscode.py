"""VS Code's settings: written where they belong, shown, undone to the byte; and what passes over the wrapper."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.homes import Home, tree

TEXT = '// my settings\r\n{\r\n\t"a": [1, 2,], // two\r\n\t"claudeCode.useTerminal": true, /* ? */\r\n}\r\n'
USER = (".config/Code/User/settings.json", ".config/Cursor/User/settings.json")
REMOTE = ".vscode-server/data/Machine/settings.json"


@pytest.fixture
def home(plain_home: Home) -> Home:
    """With a wrapper: more of what apply puts is not asked for."""
    plain_home.write(".local/bin/claude-local", "#!/bin/sh\n").chmod(0o755)
    return plain_home


def settings(home: Home, name: str) -> str:
    return (home.path / name).read_bytes().decode()


def test_a_workspaces_settings_are_written_and_undone_with_their_folder(home: Home) -> None:
    work = home.workspace("wörk ünd 'spaces'")
    before = tree(home.path)
    dry = home.setup("vscode", "--dry-run", str(work))
    assert "+++ settings.json" in dry.stdout
    assert tree(home.path) == before
    for _ in range(2):
        done = home.setup("vscode", str(work))
        assert done.returncode == 0, done.stderr
        assert settings(home, f"{work.name}/.vscode/settings.json") == (
            f'{{\n    "claudeCode.claudeProcessWrapper": "{home.path}/.local/bin/claude-local",\n'
            '    "claudeCode.disableLoginPrompt": true,\n    "claudeCode.useTerminal": false\n}\n'
        )
    assert "unchanged" in done.stdout
    assert home.setup("vscode", "--remove", str(work)).returncode == 0
    assert "nothing of ours" in home.setup("vscode", "--remove", str(work)).stdout
    for folder in (".local/state/claude-local-setup", ".local/state"):
        before.pop(folder, None)
    assert {name: found for name, found in tree(home.path).items() if name != ".local/state"} == before


def test_the_users_and_the_remote_settings_get_it_where_these_editors_are(home: Home) -> None:
    home.write(USER[0], TEXT).chmod(0o600)
    (home.path / ".config/Cursor").mkdir()
    (home.path / ".vscode-server").mkdir()
    before = {name: found for name, found in tree(home.path).items() if name.startswith((".config", ".vscode"))}
    said = home.setup("vscode").stdout
    for whose in ("VS Code's user settings", "Cursor's user settings", "VS Code's Remote settings"):
        assert whose in said
    assert "a user setting" not in said
    for name in (*USER, REMOTE):
        assert "claudeProcessWrapper" in settings(home, name)
        assert '"claudeCode.useTerminal": false' in settings(home, name)
    assert settings(home, USER[0]).startswith('// my settings\r\n{\r\n\t"claudeCode.claudeProcessWrapper": ')
    assert settings(home, USER[0]).endswith(
        '\r\n\t"a": [1, 2,], // two\r\n\t"claudeCode.useTerminal": false, /* ? */\r\n}\r\n'
    )
    assert home.setup("vscode", "--remove").returncode == 0
    after = {name: found for name, found in tree(home.path).items() if name.startswith((".config", ".vscode"))}
    assert after == before


def test_what_the_user_has_written_since_stays(home: Home) -> None:
    file = home.write(USER[0], '{\n  "a": 1\n}\n')
    home.setup("vscode")
    file.write_text(file.read_text().replace('"a": 1', '"a": 2, // mine'))
    home.setup("vscode", "--remove")
    assert file.read_text() == '{\n  "a": 2, // mine\n}\n'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("no object", b"[]", "an object in braces"),
        ("broken", b'{"a": }', "line 1: a value"),
        ("not text", b"\xff\xfe{}", "not UTF-8"),
        ("a folder", None, "it is a link, or no plain file"),
    ],
)
def test_what_is_no_settings_file_is_refused_and_kept(home: Home, name: str, content: bytes | None, said: str) -> None:
    file = home.path / "work/.vscode/settings.json"
    if content is None:
        file.mkdir(parents=True)
    else:
        home.write("work/.vscode/settings.json", content)
    before = tree(home.path)
    done = home.setup("vscode", "work")
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("remedy:") == 1
    assert tree(home.path) == before


def test_it_is_refused_where_it_would_do_harm(home: Home, tmp_path: Path) -> None:
    assert "there are no settings of VS Code" in home.setup("vscode").stderr
    assert home.setup("vscode", "nowhere").returncode == 2
    planted = home.write("mine.json", "{}")
    (home.workspace() / ".vscode").mkdir()
    (home.workspace() / ".vscode/settings.json").symlink_to(planted)
    assert "it is a link, or no plain file" in home.setup("vscode", "project").stderr
    assert planted.read_text() == "{}"
    (home.path / ".local/bin/claude-local").unlink()
    done = home.setup("vscode", str(tmp_path))
    assert "not set up here" in done.stderr
    assert "remedy: claude-local-setup apply" in done.stderr


def test_what_a_session_puts_in_its_place_is_neither_waited_for_nor_followed(home: Home) -> None:
    """Before it is set, and between that and the undoing: a session that ran meanwhile had no .vscode to protect."""
    work = home.workspace()
    (work / ".vscode").mkdir()
    os.mkfifo(work / ".vscode/settings.json")
    done = home.run("timeout", "20", sys.executable, "-m", "claude_local_setup", "vscode", str(work))
    assert (done.returncode, "no plain file" in done.stderr) == (1, True), done.stderr
    assert home.run("timeout", "60", sys.executable, "-m", "claude_local_setup", "verify", cwd=work).returncode == 1
    (work / ".vscode/settings.json").unlink()
    (work / ".vscode").rmdir()
    assert home.setup("vscode", str(work)).returncode == 0
    mine = home.write(USER[0], settings(home, "project/.vscode/settings.json"))
    (work / ".vscode").rename(work / "away")
    (work / ".vscode").symlink_to(mine.parent)
    done = home.setup("vscode", "--remove")
    assert (done.returncode, "a link" in done.stderr) == (1, True), done.stderr
    assert "claudeProcessWrapper" in mine.read_text()


def test_remove_says_that_it_is_to_be_undone_and_it_can_be(plain_home: Home) -> None:
    plain_home.setup("apply", "-y")
    plain_home.setup("vscode", str(plain_home.workspace()))
    said = plain_home.setup("remove", "--purge", "-y")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "to undo that: claude-local-setup vscode --remove" in said.stdout
    assert plain_home.setup("vscode", "--remove").returncode == 0
    assert "vscode --remove" not in plain_home.setup("remove", "-y").stdout
    assert [name for name in tree(plain_home.path) if "claude-local" in name or ".vscode" in name] == []


def test_verify_warns_where_the_extension_would_pass_over_the_wrapper(home: Home) -> None:
    home.write(USER[0], TEXT)
    home.write(".vscode/settings.json", '{"claudeCode.useTerminal": true}')  # of the folder that verify runs in
    home.write(".config/VSCodium/User/settings.json", "broken")
    found = [item for item in home.json("verify")["hosts"][0]["findings"] if item["check"].startswith("VS Code")]
    assert [(item["check"], item["ok"], item["remedy"]) for item in found] == [
        ("VS Code: VS Code's user settings", True, "claude-local-setup vscode"),
        ("VS Code: this folder's settings", True, f"claude-local-setup vscode {home.path}"),
    ]
