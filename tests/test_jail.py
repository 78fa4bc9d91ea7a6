"""The jail, tried from inside; and the wrapper's words when a session cannot start."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.homes import Home, wait_until
from tests.messages_api import MessagesApi


@pytest.fixture
def ready(home: Home) -> Iterator[Home]:
    home.write(".ssh/id_ed25519", "secret")
    home.write(".bash_history", "secret")
    runtime = home.path.parent / "run"
    runtime.mkdir(mode=0o700)
    home.extra["XDG_RUNTIME_DIR"] = str(runtime)
    assert home.json("apply", "-y")["failed"] == 0
    yield home
    wait_until(lambda: not list(runtime.iterdir()))


def test_verify_tries_the_whole_battery(ready: Home) -> None:
    findings = ready.json("verify")["hosts"][0]["findings"]
    boundary = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert len(boundary) >= 35
    assert [finding for finding in boundary if not finding["ok"]] == []


@pytest.mark.parametrize("command", ["cat ~/.ssh/id_ed25519", "test -s ~/.bash_history", "touch ~/x", "sudo -n true"])
def test_the_jail_refuses(ready: Home, command: str) -> None:
    assert ready.local("--jail", "sh", "-c", command, cwd=ready.workspace()).returncode != 0


def test_the_jail_lets_work_be_done(ready: Home) -> None:
    work = ready.workspace("my work\nspace -- $(x)")
    done = ready.local("--jail", "sh", "-c", "echo text >file && cat file && pwd", cwd=work)
    assert done.stdout == f"text\n{work}\n"


def test_only_the_models_port_is_reached(ready: Home) -> None:
    with MessagesApi() as api, socket.create_server(("127.0.0.1", 0)) as other:
        ready.setup("config", "set", "server.base_url", api.base_url)
        ready.json("apply", "-y")
        work = ready.workspace()
        connect = "exec 3<>/dev/tcp/127.0.0.1/$1"
        assert ready.local("--jail", "bash", "-c", connect, "x", str(api.port), cwd=work).returncode == 0
        assert ready.local("--jail", "bash", "-c", connect, "x", str(other.getsockname()[1]), cwd=work).returncode != 0


def test_the_home_is_no_workspace(ready: Home) -> None:
    done = ready.local("--jail", "true", cwd=ready.path)
    assert done.returncode == 1
    assert "whole home directory" in done.stderr


@pytest.mark.parametrize("secret", [".claude.json", ".netrc", ".config/git/credentials", "dotfiles/netrc"])
def test_a_secret_that_is_saved_anew_during_a_session_stays_hidden(plain_home: Home, secret: str) -> None:
    """As programs save: a new file, renamed over the old one, whose mount the kernel then drops."""
    file = plain_home.write(secret, "old secret")
    plain_home.write(".config/git/ignore", "mine")
    if secret.startswith("dotfiles"):
        (plain_home.path / ".netrc").symlink_to(file)
    assert plain_home.json("apply", "-y")["failed"] == 0
    script = f"cat ~/.config/git/ignore; echo ready; read line; cat ~/{secret} ~/.netrc; cat ~/.aws/late"
    session = subprocess.Popen(
        [str(plain_home.path / ".local/bin/claude-local"), "--jail", "sh", "-c", script],
        cwd=plain_home.workspace(), env=plain_home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert session.stdout
    assert session.stdout.readline() == "mineready\n"
    plain_home.write("new", "new secret").rename(file)
    plain_home.write(".aws/late", "late secret")
    said, _ = session.communicate("go\n", timeout=90)
    assert "secret" not in said


def test_a_server_on_a_port_of_roots_is_reached_and_no_capability_stays(plain_home: Home) -> None:
    plain_home.setup("config", "set", "server.base_url", "http://127.0.0.1:80")
    assert plain_home.json("apply", "-y")["failed"] == 0
    script = "exec 3<>/dev/tcp/127.0.0.1/80 && grep -E 'Cap(Eff|Prm|Amb)' /proc/self/status"
    done = plain_home.local("--jail", "bash", "-c", script, cwd=plain_home.workspace())
    assert done.returncode == 0, done.stderr
    assert {line.split()[1] for line in done.stdout.splitlines()} == {"0" * 16}


MOUNTED_LATER = """\
wrapper=$1 late=$2
(until [ -e started ]; do sleep 0.05; done; mount -t tmpfs -o mode=1777 tmpfs "$late"; touch "$late/there" mounted) &
setpriv --ambient-caps=-all --inh-caps=-all "$wrapper" --jail sh -c '
  touch started; until [ -e mounted ]; do sleep 0.05; done; ls "$1"; touch "$1/escape"' x "$late"
ls "$late"
"""


@pytest.mark.parametrize("place", ["late", "project/late"])
def test_what_is_mounted_on_the_host_during_a_session_is_not_there(plain_home: Home, place: str) -> None:
    plain_home.json("apply", "-y")
    work = plain_home.workspace()
    late = plain_home.path / place
    late.mkdir()
    room = ("unshare", "--user", "--map-current-user", "--mount", "--keep-caps", "--propagation", "shared", "--")
    wrapper = plain_home.path / ".local/bin/claude-local"
    done = plain_home.run(*room, "bash", "-c", MOUNTED_LATER, "x", str(wrapper), str(late), cwd=work)
    assert done.stdout == "there\n", done.stderr


def test_where_no_namespace_can_be_made_the_remedy_is_named(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    room = ("unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c")
    limit = 'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --reuid 0 "$@"'
    wrapper = str(plain_home.path / ".local/bin/claude-local")
    script = plain_home.write("root-of-nothing", f"#!/bin/sh\n{limit}\n")
    script.chmod(0o755)
    text = (plain_home.path / ".local/bin/claude-local").read_text()
    (plain_home.path / ".local/bin/claude-local").write_text(text.replace(f"uid={os.getuid()}\n", "uid=0\n"))
    done = plain_home.run(*room, f'exec "{script}" "$@"', "x", wrapper, "--jail", "true", cwd=plain_home.workspace())
    assert done.returncode == 1
    assert "no jail can be started on this machine: claude-local-setup verify says why" in done.stderr


@pytest.mark.parametrize("name", [b"plain", b"not \xff UTF-8", "ünï".encode(), b"line\nbreak", b" spaces ", b"a,b'c$d"])
def test_a_socket_is_closed_whatever_its_name(plain_home: Home, name: bytes) -> None:
    plain_home.json("apply", "-y")
    beside = plain_home.path / "beside"
    beside.mkdir()
    place = os.fsencode("../beside/") + name
    words = ("python3", "-c", f"import socket; socket.socket(socket.AF_UNIX).connect({place!r})")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fsencode(beside) + b"/" + name)
        listener.listen()
        assert plain_home.run(*words, cwd=plain_home.workspace()).returncode == 0
        done = plain_home.local("--jail", *words, cwd=plain_home.workspace())
    assert "Connection refused" in done.stderr


def test_sockets_stay_closed_while_others_come_and_go(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    work = plain_home.workspace()
    beside = plain_home.path / "beside"
    beside.mkdir()
    names = [f"socket-{number}" for number in range(20)]
    reach = "for name in ../beside/*; do socat -u OPEN:/dev/null UNIX-CONNECT:$name && echo $name; done"
    with contextlib.ExitStack() as stack:
        for name in names:
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(beside / name))
            listener.listen(100)
        stack.enter_context(coming_and_going())
        assert f"../beside/{names[0]}" in plain_home.run("sh", "-c", reach, cwd=work).stdout
        reached = [plain_home.local("--jail", "sh", "-c", reach, cwd=work).stdout for _ in range(8)]
    assert reached == [""] * 8


@contextlib.contextmanager
def coming_and_going() -> Iterator[None]:
    """Sockets made and closed all the time, as on a busy desktop."""
    code = """if True:
        import socket
        while True:
            for end in [end for _ in range(20) for end in socket.socketpair()]:
                end.close()
    """
    churns = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    try:
        yield
    finally:
        for churn in churns:
            churn.kill()
            churn.wait()


def test_a_home_with_too_many_entries_hides_its_secrets_too(plain_home: Home) -> None:
    plain_home.write(".netrc", "secret")
    plain_home.write(".ssh/key", "secret")
    assert plain_home.json("apply", "-y")["failed"] == 0
    for number in range(400):
        (plain_home.path / f"file-{number}").touch()
    script = "ls ~/file-7 && ! grep -rs secret ~/.netrc ~/.ssh && ! touch ~/file-7"
    done = plain_home.local("--jail", "sh", "-c", script, cwd=plain_home.workspace())
    assert done.returncode == 0, done.stderr


def test_secrets_that_are_files_and_folders_beside_each_other_are_all_hidden(plain_home: Home) -> None:
    names = ("kwalletrc", "google-chrome/key", "gcloud/key", "git/credentials", "gh/hosts", "op/key", "chromium/key")
    for name in names:
        plain_home.write(f".config/{name}", "secret")
    plain_home.write(".config/git/ignore", "mine")
    assert plain_home.json("apply", "-y")["failed"] == 0
    done = plain_home.local(
        "--jail", "sh", "-c", "cat ~/.config/git/ignore; grep -rs secret ~/.config", cwd=plain_home.workspace()
    )
    assert (done.stdout, done.returncode) == ("mine", 1), done.stderr
