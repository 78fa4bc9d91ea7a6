"""In WSL the PATH has the folders of Windows on it: none of them is there in a session, nor looked at."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from claude_local_setup.host.probe import read, script
from claude_local_setup.session.linux.files import leads_to
from claude_local_setup.session.shown import programs, surroundings
from claude_local_setup.session.shown.mounted import WINDOWS, Mounted, mounted
from claude_local_setup.session.shown.surroundings import Guide
from tests.session.server.asking import values

# mountinfo as WSL 2 has it: by 9p, by virtiofs, and its own Linux disk.
LINES = {
    r"563 76 0:59 / /mnt/c rw,noatime - 9p C:\134 rw,aname=drvfs;path=C:\;uid=1000;symlinkroot=/mnt/,trans=fd": True,
    r"564 76 0:60 / /mnt/d rw,noatime - virtiofs drvfsD rw": True,
    r"565 76 0:61 / /usr/lib/wsl/drivers ro,nosuid - 9p none ro,aname=drivers;fmask=222;dmask=222,trans=fd": False,
    r"76 61 8:32 / / rw,relatime - ext4 /dev/sdc rw,discard,errors=remount-ro,data=ordered": False,
}


@pytest.mark.parametrize("line", LINES)
def test_a_drive_of_windows_is_known_by_whichever_protocol(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claude_local_setup.session.shown.mounted.read_whole_table", lambda _: line.encode() + b"\n")
    assert [mount.kind == WINDOWS for mount in mounted()] == [LINES[line]]


def test_what_of_it_is_on_path_is_not_in_a_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drive, own, work = tmp_path / "mnt/c", tmp_path / "tools/bin", tmp_path / "mnt/c/project"
    for folder in (drive / "Windows/system32", own, work / "node_modules/.bin"):
        folder.mkdir(parents=True)
    (own / "code").symlink_to(drive / "Windows/system32")
    monkeypatch.setattr(surroundings, "mounted", lambda: [*mounted(), Mounted(str(drive), "0:59", "/", WINDOWS)])
    guide = Guide(values(tmp_path, "http://127.0.0.1:9"))
    looked_at: list[str] = []

    def lead(_: Guide, path: str) -> str:
        looked_at.append(path)
        return leads_to(path)

    monkeypatch.setattr(Guide, "lead", lead)
    entries = [f"{drive}/Windows/system32", str(own), f"{work}/node_modules/.bin"]
    found, path = programs.of_path(guide, ":".join(entries), str(work))
    assert path == ":".join(entries[1:])
    assert not [item for item in found if item.source.startswith(f"{drive}/Windows")]
    assert entries[0] not in looked_at


def test_nor_does_apply_find_programs_there(tmp_path: Path) -> None:
    drive, own = tmp_path / "mnt/c", tmp_path / "own"
    for place in (drive / "npm/claude", drive / "npm/npm", own / "claude"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("#!/bin/sh\n")
        place.chmod(0o755)
    (own / "uname").write_text("#!/bin/sh\necho 6.6.87.2-microsoft-standard-WSL2 x86_64\n")
    (own / "uname").chmod(0o755)
    (tmp_path / "mounts").write_text(
        f"C:\\134 {drive} 9p rw,aname=drvfs;path=C:\\;uid=1000 0 0\n/dev/sdc / ext4 rw 0 0\n"
    )
    asked = script().replace("/proc/mounts", f"{tmp_path}/mounts")
    env = {"PATH": f"{own}/no:{drive}/npm:{own}:/usr/bin:/bin", "HOME": str(tmp_path), "SHELL": "/bin/sh"}
    for shell in ("dash", "bash"):
        done = subprocess.run([shell, "-c", asked, "probe"], env=env, text=True, capture_output=True, check=True)
        facts = read(done.stdout.splitlines()).facts
        assert facts["claude"] == f"{own}/claude"
        assert not facts["npm"].startswith(str(drive))
        assert facts["kernel"].endswith("WSL2")
