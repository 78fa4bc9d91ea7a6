"""The lock files that editors leave, each as its kind does, and those that no editor would leave."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_local_setup.session.editor import ide
from claude_local_setup.session.values import Values
from tests import installed
from tests.fakes.ides import FakeIde
from tests.homes import Home
from tests.session.editor.relayed import Desk

CALL = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
KINDS: dict[str, tuple[str, str]] = {
    "VS Code": ("Visual Studio Code", "127.0.0.1"),
    "JetBrains": ("IntelliJ IDEA", "::ffff:127.0.0.1"),
    "Neovim": ("Neovim", "127.0.0.1"),
    "IPv6 only": ("an editor", "::1"),
    "anywhere": ("an editor", "0.0.0.0"),
    "anywhere, IPv6": ("an editor", "::"),
}


def project(home: Home, name: str = "") -> Path:
    return Path(tempfile.mkdtemp(dir=home.path, prefix=name or "project-"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("config", [".claude", ".config/the claudes"])
def test_an_editor_of_any_kind_is_reached(made: Home, kind: str, config: str) -> None:
    name, host = KINDS[kind]
    work = project(made)
    home = Home(made.path, {"CLAUDE_CONFIG_DIR": str(made.path / config)} if config != ".claude" else {})
    with FakeIde(made.path, work, host=host, name=name, config=config) as editor:
        assert [answer["id"] for answer in Desk(home, work, editor).call(CALL)] == [1]
        assert editor.keys == ["ide-key"]
        assert editor.lock.exists()


FOLDERS: dict[str, Callable[[Path], Path]] = {
    "as it is": lambda work: work,
    "with a slash": lambda work: work / "",
    "one above": lambda work: work.parent,
    "a link": lambda work: linked(work),
    "through one above": lambda work: linked(work.parent) / work.name,
}


def linked(folder: Path) -> Path:
    link = folder.parent / f"link to {folder.name}"
    link.symlink_to(folder)
    return link


@pytest.mark.parametrize("opened", FOLDERS)
def test_the_folder_is_found_however_the_editor_names_it(made: Home, opened: str) -> None:
    work = project(made, "prøjects ") / "my wørk"
    work.mkdir()
    with FakeIde(made.path, FOLDERS[opened](work)) as editor:
        assert shown(made, work) == [editor.lock.name]


def shown(home: Home, work: Path) -> list[str]:
    """The locks that a session there sees."""
    done = home.local("--jail", "sh", "-c", "ls ~/.claude/ide", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_of_two_locks_for_a_port_the_one_that_names_the_folder_counts(made: Home) -> None:
    work = project(made)
    home = Home(made.path, {"CLAUDE_CONFIG_DIR": str(made.path / ".other")})
    with FakeIde(made.path, work) as editor:
        old = json.dumps({"workspaceFolders": ["/nowhere"], "authToken": "old"})
        stale = made.write(f".other/ide/{editor.port}.lock", old)
        assert [answer["id"] for answer in Desk(home, work, editor).call(CALL)] == [1]
        assert editor.keys == ["ide-key"]
        stale.unlink()


@pytest.mark.parametrize("way", ["it is in the workspace", "a link leads there", "a link in the workspace leads out"])
def test_a_lock_that_a_session_could_have_written_opens_no_port(made: Home, way: str) -> None:
    work = project(made)
    place = {"it is in the workspace": work / "c", "a link leads there": made.path / f"to {work.name}"}.get(way, work)
    with FakeIde(made.path, work, config=f"{work.name}/c" if place != work else f"out of {work.name}") as editor:
        if way == "a link leads there":
            place.symlink_to(work / "c")
        elif way != "it is in the workspace":
            (work / "c").symlink_to(editor.lock.parents[1])
            place = work / "c"
        assert shown(Home(made.path, {"CLAUDE_CONFIG_DIR": str(place)}), work) == []


def test_nor_does_one_in_what_isolation_write_names(plain_home: Home) -> None:
    for key, value in (("server.management_url", ""), ("isolation.write", "~/link")):
        plain_home.setup("config", "set", key, value)
    (plain_home.path / "open").mkdir()
    (plain_home.path / "link").symlink_to("open")
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    home = Home(plain_home.path, {"CLAUDE_CONFIG_DIR": str(plain_home.path / "open/c")})
    with FakeIde(home.path, work, config="open/c") as editor:
        assert shown(home, work) == []
        done = home.local("--jail", "bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{editor.port}", cwd=work)
        assert "Connection refused" in done.stderr


def replaced(lock: Path, content: bytes) -> None:
    lock.write_bytes(content)


def pipe(lock: Path) -> None:
    lock.unlink()
    os.mkfifo(lock)


def elsewhere(lock: Path) -> None:
    lock.rename(lock.with_name("other"))
    lock.symlink_to("other")


def folder(lock: Path) -> None:
    lock.unlink()
    lock.mkdir()


def with_folders(value: object) -> Callable[[Path], None]:
    return lambda lock: replaced(lock, json.dumps({"workspaceFolders": value}).encode())


HOSTILE: dict[str, Callable[[Path], None]] = {
    "empty": lambda lock: replaced(lock, b""),
    "no JSON": lambda lock: replaced(lock, b"\xff\x00{"),
    "JSON too deep": lambda lock: replaced(lock, b"[" * 90_000),
    "a list": lambda lock: replaced(lock, b"[]"),
    "huge": lambda lock: replaced(lock, lock.read_bytes() + b" " * 200_000),
    "huge and empty": lambda lock: os.truncate(lock, 1 << 40),
    "a pipe": pipe,
    "a link": elsewhere,
    "a folder": folder,
    "a number of folders": with_folders(5),
    "a folder that is text": with_folders("/"),
    "folders that are none": with_folders([None, 7, {}, "relative", "", "/\0", "/\ud800"]),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_lock_that_no_editor_would_leave_is_none_and_stops_nothing(made: Home, kind: str) -> None:
    work = project(made)
    with FakeIde(made.path, work) as editor:
        assert shown(made, work) == [editor.lock.name]
        HOSTILE[kind](editor.lock)
        assert shown(made, work) == []
        if kind == "a folder":
            editor.lock.rmdir()


@pytest.mark.parametrize("name", ["22", "80", "1023", "0", "-1", "65536", "99999999999999999999", "٤٢٤٢", "4242.5", ""])
def test_a_lock_for_what_is_no_port_of_an_editor_is_none(tmp_path: Path, name: str) -> None:
    values = Values({"real_home": str(tmp_path)})
    (tmp_path / ".claude/ide").mkdir(parents=True)
    for number in (name, "1024", "65535"):
        (tmp_path / f".claude/ide/{number}.lock").write_text("{}")
    assert sorted(port for port, _ in ide.locks(values)) == [1024, 65535]


def test_a_lock_for_the_port_of_something_else_lets_nothing_through_but_what_begins_a_websocket(made: Home) -> None:
    work = project(made)
    with FakeIde(made.path, work) as editor, socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        lock = editor.lock.rename(editor.lock.with_name(f"{port}.lock"))
        send = ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'FLUSHALL\\r\\n\\r\\n' >&3; cat <&3"]
        made.local("--jail", *send, cwd=work)
        other.settimeout(10)
        reached, _ = other.accept()
        with reached:
            assert reached.recv(100) == b""
        lock.unlink()


def test_where_another_user_listens_the_key_is_not_sent(plain_home: Home) -> None:
    plain_home.setup("config", "set", "server.management_url", "")
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    with FakeIde(plain_home.path, work) as editor:
        desk = Desk(plain_home, work, editor)
        assert [answer["id"] for answer in desk.call(CALL)] == [1]
        assert editor.keys == ["ide-key"]
        installed.change(plain_home, ("editor/calls.py", "strangers(port, os.getuid(), ", "strangers(port, 1, "))
        assert "101" not in json.dumps(desk.talk())
        assert editor.keys == ["ide-key"]
