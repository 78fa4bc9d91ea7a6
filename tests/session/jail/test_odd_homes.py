"""Homes that lie in odd places: in a folder of the system, by a second mount, behind a link."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.homes import Home

ROOM = ("unshare", "--user", "--map-current-user", "--mount", "--keep-caps", "--")
BARE = "setpriv --ambient-caps=-all --inh-caps=-all"
SETUP = 'env PATH=$PATH:/usr/bin "$python" -m claude_local_setup'


def in_a_room(home: Home, script: str) -> subprocess.CompletedProcess[str]:
    """As somebody who may mount, in mounts of his own."""
    home.extra["python"] = sys.executable
    return home.run(*ROOM, "bash", "-c", script)


def test_a_home_in_a_folder_of_the_systems_is_not_shown_with_it(plain_home: Home) -> None:
    """As service users have it: /var/lib/jenkins."""
    script = f"""
    mount -t tmpfs -o mode=755 tmpfs /var/lib && mkdir -p /var/lib/u/.ssh /var/lib/u/.claude/ide /var/lib/u/project
    export HOME=/var/lib/u; echo secret >~/.ssh/id
    {BARE} {SETUP} apply -y >/dev/null || exit
    cd ~/project && {BARE} ~/.local/bin/claude-local --jail sh -c 'pwd; touch x; cat ~/.ssh/id; ls ~'
    """
    done = in_a_room(plain_home, script)
    assert done.stdout == "/var/lib/u/project\nproject\n", done.stderr


def test_the_home_by_another_mount_is_no_workspace(plain_home: Home) -> None:
    plain_home.write("u/.ssh/id", "secret")
    home = replace(plain_home, path=plain_home.path / "u")
    (plain_home.path / "again").mkdir()
    assert home.json("apply", "-y")["failed"] == 0
    script = f"""
    cd .. && mount --bind "$PWD" again && cd again{{}} || exit
    {BARE} "$HOME/.local/bin/claude-local" --jail cat .ssh/id u/.ssh/id
    """
    for place in ("", "/u", "/u/.ssh"):
        done = in_a_room(home, script.replace("{}", place))
        assert done.returncode == 1 and "cannot be a workspace" in done.stderr, (place, done.stdout)


def test_what_is_hidden_hides_what_is_shown_below_it(plain_home: Home) -> None:
    plain_home.write(".cargo/bin/tool", "hidden")
    plain_home.write("a/b/file", "hidden")
    plain_home.setup("config", "set", "isolation.hide", "~/.cargo,~/a")
    for key in ("read", "write"):
        plain_home.setup("config", "set", f"isolation.{key}", "~/a/b")
        assert plain_home.json("apply", "-y")["failed"] == 0
        script = "cat ~/.cargo/bin/tool ~/a/b/file; echo x >~/a/b/file"
        done = plain_home.local("--jail", "sh", "-c", script, cwd=plain_home.workspace())
        assert done.stdout == "", key
    assert (plain_home.path / "a/b/file").read_text() == "hidden"


def test_to_read_the_whole_machine_leaves_the_jail_a_jail(plain_home: Home) -> None:
    """Refused, or shown beside what a session needs: never instead of that."""
    refused = plain_home.setup("config", "set", "isolation.read", "/").returncode
    assert plain_home.json("apply", "-y")["failed"] == 0
    script = "touch here && cat /run/claude-local/enforced.json >/dev/null && ls ~/.claude-local/projects && echo well"
    done = plain_home.local("--jail", "sh", "-c", script, cwd=plain_home.workspace())
    assert done.stdout == "well\n", (refused, done.stderr)


@pytest.mark.parametrize("named", ["~/shown", "{home}/shown"])
def test_in_a_home_behind_a_link_all_is_where_home_says(plain_home: Home, named: str) -> None:
    (plain_home.path / "real").mkdir()
    (plain_home.path / "link").symlink_to("real")
    home = replace(plain_home, path=plain_home.path / "link")
    home.write(".local/bin/claude", "#!/bin/sh\n").chmod(0o755)
    home.write("shown/file", "shown")
    home.setup("config", "set", "isolation.read", named.replace("{home}", str(home.path)))
    assert home.json("apply", "-y")["failed"] == 0
    script = 'cat ~/shown/file && touch "$CLAUDE_CONFIG_DIR/written" ~/.cache/w && echo && ls ~/ && ~/.local/bin/claude'
    done = home.local("--jail", "sh", "-c", script, cwd=home.workspace())
    assert [name for name in done.stdout.split() if name != "go"] == ["shown", "project", "shown"], done.stderr


def test_a_home_below_a_folder_that_cannot_be_listed(plain_home: Home) -> None:
    folder = plain_home.workspace("closed")
    home = replace(plain_home, path=folder / "u")
    home.path.mkdir()
    folder.chmod(0o311)
    try:
        assert home.json("apply", "-y")["failed"] == 0
        done = home.local("--jail", "sh", "-c", "pwd; touch x; ls -d ../proj*", cwd=home.workspace())
    finally:
        folder.chmod(0o700)
    assert done.stdout == f"{home.path}/project\n../project\n", done.stderr
    assert (home.path / "project/x").exists()


def test_homebrews_programs_are_there_and_cannot_be_changed(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    own = "/" + "/".join(plain_home.path.parts[1:3])  # /home/USER
    script = f"""
    mount --rbind /home /mnt && mount -t tmpfs -o mode=755 tmpfs /home || exit
    mkdir -p {own} && mount --rbind /mnt/{own[6:]} {own}
    brew=/home/linuxbrew/.linuxbrew; mkdir -p $brew/bin $brew/Cellar/x/1/bin /home/other
    printf '#!/bin/sh\\necho brewed\\n' >$brew/Cellar/x/1/bin/x; chmod 755 $brew/Cellar/x/1/bin/x
    ln -s ../Cellar/x/1/bin/x $brew/bin/x; export PATH=$brew/bin:$PATH HOMEBREW_PREFIX=$brew
    cd {plain_home.workspace()} && {BARE} ~/.local/bin/claude-local --jail sh -c \
      'x; command -v x; ls /home; echo $HOMEBREW_PREFIX; echo y >/home/linuxbrew/.linuxbrew/bin/y'
    """
    done = in_a_room(plain_home, script)
    brew, name = "/home/linuxbrew/.linuxbrew", plain_home.path.parts[2]
    homes = "\n".join(sorted(["linuxbrew", name]))
    assert done.stdout == f"brewed\n{brew}/bin/x\n{homes}\n{brew}\n", done.stderr
    assert "Read-only file system" in done.stderr


def test_without_git_sessions_work_and_the_boundary_is_proven_all_the_same(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    script = f"""
    mount --bind /dev/null /usr/bin/git; cd {plain_home.workspace()} || exit
    {BARE} ~/.local/bin/claude-local --jail sh -c 'touch x; git --version || ls' && {BARE} {SETUP} verify --json
    """
    done = in_a_room(plain_home, script)
    name, _, said = done.stdout.partition("\n")
    assert name == "x", done.stderr
    findings = json.loads(said)["hosts"][0]["findings"]
    boundary = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert len(boundary) > 50
    assert [finding for finding in boundary if not finding["ok"]] == []
    missing = {finding["check"]: finding["remedy"] for finding in findings if not finding["ok"]}
    assert missing["target state: packages"] == "claude-local-setup apply"
