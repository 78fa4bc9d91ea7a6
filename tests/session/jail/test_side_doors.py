"""Ways around the jail that were found once, each tried as it was found; and their neighbours."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pexpect
import pytest

from tests.homes import Home, wait_until
from tests.session.jail.jailed import jailed

MANY = 3100


@pytest.mark.parametrize("bwrap", ["bwrap", "a copy"])
def test_nothing_of_the_hosts_is_open_in_the_jail_also_below_a_copy_of_bubblewrap(
    plain_home: Home, work: Path, bwrap: str
) -> None:
    if bwrap != "bwrap":
        with_a_copy(plain_home)
    done = jailed(plain_home, work, "ls /proc/self/fd; cat /proc/self/fd/*/../secret.txt; touch inside")
    assert done.stdout.split() == ["0", "1", "2", "3"], done.stderr
    assert (work / "inside").exists()


def with_a_copy(home: Home) -> None:
    """As on a host where AppArmor lets only ours make namespaces."""
    copy = home.path / "bwrap-copy"
    shutil.copy("/usr/bin/bwrap", copy)
    values = home.path / ".local/share/claude-local/values.json"
    values.write_text(values.read_text().replace('"bwrap": "bwrap"', f'"bwrap": "{copy}"'))


@pytest.mark.parametrize("level", ["session", "strict"])
def test_the_whole_battery_passes_below_a_copy_of_bubblewrap(plain_home: Home, work: Path, level: str) -> None:
    plain_home.setup("config", "set", "isolation.level", level)
    assert plain_home.json("apply", "-y")["failed"] == 0
    with_a_copy(plain_home)
    findings = plain_home.json("verify")["hosts"][0]["findings"]
    boundary = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert len(boundary) > 50
    assert [finding for finding in boundary if not finding["ok"]] == []


def test_a_descriptor_above_the_limit_of_open_files_is_not_passed_on(plain_home: Home, work: Path) -> None:
    wrapper = plain_home.path / ".local/bin/claude-local"
    script = f"exec 50<>~/secret.txt; ulimit -n 48; '{wrapper}' --jail sh -c 'cat /proc/self/fd/50; echo x >&50'"
    assert "secret" not in plain_home.run("bash", "-c", script, cwd=work).stdout
    assert (plain_home.path / "secret.txt").read_text() == "secret"


MOVED = {
    "core.hooksPath below a folder": ("mkdir -p tools/hooks; git config core.hooksPath tools/hooks", "tools"),
    "a link's target below a folder": ("mkdir -p conf/vscode; ln -s conf/vscode .vscode", "conf"),
    "the folder of linked worktrees": (
        "git -c user.name=x -c user.email=x commit -q --allow-empty -m x; git worktree add -q linked",
        ".git/worktrees",
    ),
    "the registration of a linked worktree": (
        "git -c user.name=x -c user.email=x commit -q --allow-empty -m x; git worktree add -q ../linked",
        ".git/worktrees/linked",
    ),
    "a submodule's folder beside a planted HEAD": (
        "mkdir -p .git/modules/libs/foo/hooks; touch .git/modules/libs/HEAD .git/modules/libs/foo/HEAD",
        ".git/modules/libs/foo",
    ),
}


@pytest.mark.parametrize("name", MOVED)
def test_no_folder_on_the_way_to_what_is_kept_can_be_moved_away(plain_home: Home, work: Path, name: str) -> None:
    prepare, folder = MOVED[name]
    assert plain_home.run("sh", "-ec", prepare, cwd=work).returncode == 0
    done = jailed(plain_home, work, f"mv {folder} moved")
    assert "Device or resource busy" in done.stderr or "Read-only file system" in done.stderr
    assert (work / folder).is_dir()


@pytest.mark.parametrize(
    "planted",
    [
        "touch .git/modules/libs/HEAD",
        f"mkdir .git/modules/aaa; cd .git/modules/aaa; seq 1 {MANY} | xargs mkdir",
        "d=.git/modules/a; for i in $(seq 1 60); do d=$d/a; done; mkdir -p $d",
    ],
)
def test_what_a_session_puts_beside_submodules_does_not_open_them_to_the_next(
    plain_home: Home, work: Path, planted: str
) -> None:
    plain_home.run("sh", "-c", "mkdir -p .git/modules/libs/foo/hooks; touch .git/modules/libs/foo/HEAD", cwd=work)
    jailed(plain_home, work, planted)
    done = jailed(plain_home, work, "echo evil >.git/modules/libs/foo/hooks/post-checkout")
    assert "Read-only file system" in done.stderr
    assert list((work / ".git/modules/libs/foo/hooks").iterdir()) == []


def test_a_socket_given_as_a_stream_leads_nowhere(plain_home: Home, work: Path) -> None:
    """In the host's network it could be connected to any port of this machine."""
    ours, theirs = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)), ours, theirs:
        words = [
            str(plain_home.path / ".local/bin/claude-local"),
            "--jail",
            "sh",
            "-c",
            "readlink /proc/self/fd/*; cat",
        ]
        session = subprocess.Popen(words, cwd=work, env=plain_home.env, stdin=theirs.fileno(), stdout=theirs.fileno())
        theirs.close()
        ours.sendall(b"and what is said arrives\n")
        ours.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: ours.recv(1000), b""))
        session.wait()
    assert b"socket" not in said
    assert said.endswith(b"and what is said arrives\n")


def test_a_refusal_with_a_file_as_stdout_ends_at_once(plain_home: Home, work: Path) -> None:
    values = plain_home.path / ".local/share/claude-local/values.json"
    values.write_text(values.read_text().replace('"bwrap": "bwrap"', '"bwrap": "/bin/false"'))
    wrapper = plain_home.path / ".local/bin/claude-local"
    done = plain_home.run("timeout", "20", "sh", "-c", f"'{wrapper}' --jail true >out.txt", cwd=work)
    assert done.returncode == 1
    assert "no jail can be started" in done.stderr


@pytest.mark.parametrize(
    "harm",
    [
        "chmod 000 ~/.claude-local",
        "cd ~/.claude-local; rm -f CLAUDE.md; mkdir -p CLAUDE.md/full/of",
        "rm -rf ~/.claude-local/projects; touch ~/.claude-local/projects",
        "cd ~/.claude-local; rm -rf CLAUDE.md commands settings.json; mkdir settings.json; mkfifo CLAUDE.md",
        "cd ~/.claude-local; rm -rf CLAUDE.md commands; ln -s / commands; ln -s ~/.bashrc CLAUDE.md; ln -s / ide",
        "rm -f .git/config; mkfifo .git/config",
        "mkdir .claude; ln -s /proc/1/cwd/x .claude/settings.json; ln -s /proc/1/cwd .vscode; ln -s .envrc .envrc",
        "mkfifo .mcp.json .envrc; mkdir -p .claude; mkfifo .claude/settings.json",
    ],
)
def test_no_session_makes_later_starts_impossible(plain_home: Home, harm: str) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    (work / ".git").mkdir()
    jailed(plain_home, work, harm)
    wrapper = str(plain_home.path / ".local/bin/claude-local")
    done = plain_home.run("timeout", "30", wrapper, "--jail", "echo", "started", cwd=work)
    assert done.returncode != 124
    assert done.stdout == "started\n" or done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    if "config" not in harm:
        assert done.stdout == "started\n", done.stderr


HOST_SOCKET = """if True:
    import os, socket, sys, time
    listener = socket.socket(socket.AF_UNIX)
    os.chdir(sys.argv[1])
    listener.bind("folder/socket")
    listener.listen()
    print("up", flush=True)
    while True:
        listener.accept()[0].sendall(b"reached")
"""
REACH = "for name in $(find . -type s); do socat -u UNIX-CONNECT:$name - ; done"


@pytest.mark.parametrize("change", ["", "mv folder moved", "mv folder/socket other", "ln folder/socket linked"])
@pytest.mark.parametrize("room", [(), ("unshare", "--user", "--map-current-user", "--net", "--")])
def test_a_socket_in_the_workspace_is_closed_wherever_it_is_and_whoever_made_it(
    plain_home: Home, work: Path, change: str, room: tuple[str, ...]
) -> None:
    (work / "folder").mkdir()
    service = subprocess.Popen(
        [*room, "/usr/bin/python3", "-c", HOST_SOCKET, str(work)], stdout=subprocess.PIPE, env=plain_home.env
    )
    try:
        assert service.stdout
        assert service.stdout.readline() == b"up\n"
        assert plain_home.run("sh", "-c", change or "true", cwd=work).returncode == 0
        assert "reached" in plain_home.run("sh", "-c", REACH, cwd=work).stdout
        assert "reached" not in jailed(plain_home, work, REACH).stdout
    finally:
        service.kill()
        service.wait()


def test_a_session_leaves_the_user_file_watchers(plain_home: Home, work: Path) -> None:
    use_up = "import ctypes; c = ctypes.CDLL(None)\nwhile c.inotify_init() >= 0: pass\nprint('up', flush=True); input()"
    session = subprocess.Popen(
        [str(plain_home.path / ".local/bin/claude-local"), "--jail", "python3", "-c", use_up],
        cwd=work, env=plain_home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert session.stdout
    assert session.stdout.readline() == b"up\n"
    watch = plain_home.run("/usr/bin/python3", "-c", "import ctypes; print(ctypes.CDLL(None).inotify_init())")
    session.communicate(b"\n", timeout=60)
    assert int(watch.stdout) >= 0


@pytest.mark.parametrize("key", ["include.path", "core.hooksPath"])
@pytest.mark.parametrize("repository", [True, False])
def test_what_the_users_own_git_config_names_in_the_workspace_is_kept(
    plain_home: Home, key: str, repository: bool
) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    if repository:
        plain_home.run("git", "init", "-q", cwd=work)
    plain_home.write("project/dotfiles/git/config", "[user]\nname = me\n")
    named = "~/project/dotfiles/git/config" if key == "include.path" else "~/project/dotfiles/git"
    plain_home.run("git", "config", "--global", key, named)
    harm = "echo x >>dotfiles/git/config; mv dotfiles moved; git config -f dotfiles/git/config a.b c"
    done = jailed(plain_home, work, harm)
    assert (work / "dotfiles/git/config").read_text() == "[user]\nname = me\n", done.stderr
    assert "Device or resource busy" in done.stderr


def test_a_session_that_will_not_hang_up_is_ended_all_the_same(plain_home: Home, work: Path) -> None:
    nap = f"4713.{os.getpid()}"
    words = ["--jail", "sh", "-c", f"trap '' HUP; echo up; sleep {nap}; sleep {nap}"]
    child = pexpect.spawn(str(plain_home.path / ".local/bin/claude-local"), words, env=plain_home.env, cwd=work)
    child.expect("up")
    child.close(force=False)
    wait_until(lambda: subprocess.run(["pgrep", "-f", nap], capture_output=True, check=False).returncode != 0)
    child.close(force=True)
