"""A user whom only a directory service knows has a line in the jail's files."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

import pytest

from claude_local_setup.session.shown import people


def test_who_is_in_the_files_needs_nothing() -> None:
    assert list(people.texts(os.getuid())) == []


def test_who_is_not_gets_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("_PEOPLE", "_GROUPS"):
        (tmp_path / name).write_text("root:x:0:0:root:/root:/bin/bash")
        monkeypatch.setattr(people, name, str(tmp_path / name))
    me = pwd.getpwuid(os.getuid())
    (_, _, lines), (_, _, groups) = people.texts(os.getuid())
    first, mine = lines.decode().splitlines()
    assert first.startswith("root:")
    assert mine == f"{me.pw_name}:x:{me.pw_uid}:{me.pw_gid}:{me.pw_gecos}:{me.pw_dir}:{me.pw_shell}"
    assert groups.decode().splitlines()[1] == f"{grp.getgrgid(os.getgid()).gr_name}:x:{os.getgid()}:"


def test_whom_nobody_knows_stays_a_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    monkeypatch.setattr(people, "_PEOPLE", str(tmp_path / "empty"))
    assert list(people.texts(4_000_000_000)) == []
