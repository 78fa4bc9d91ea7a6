"""The jail, tried from inside; and the wrapper's words when a session cannot start."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from claude_local_setup.session.shown.caches import ROWS
from tests.fakes.messages_api import MessagesApi
from tests.homes import Home, wait_until


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
    values = plain_home.path / ".local/share/claude-local/values.json"
    values.write_text(values.read_text().replace(f'"uid": {os.getuid()}', '"uid": 0'))
    done = plain_home.run(*room, limit, "x", wrapper, "--jail", "true", cwd=plain_home.workspace())
    assert done.returncode == 1
    assert "no jail can be started on this machine" in done.stderr
    assert done.stderr.rstrip().endswith("claude-local-setup verify")


@pytest.mark.parametrize("name", [b"plain", b"not \xff UTF-8", "ünï".encode(), b"line\nbreak", b" spaces ", b"a,b'c$d"])
def test_a_socket_is_closed_whatever_its_name(plain_home: Home, name: bytes) -> None:
    plain_home.setup("config", "set", "isolation.read", "~/beside")
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
    assert "Permission denied" in done.stderr or "Connection refused" in done.stderr


def test_sockets_stay_closed_while_others_come_and_go(plain_home: Home) -> None:
    plain_home.setup("config", "set", "isolation.read", "~/beside")
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


def test_of_the_home_only_what_is_listed_is_there_however_much_lies_in_it(plain_home: Home) -> None:
    plain_home.write(".netrc", "secret")
    plain_home.write(".cargo/credentials.toml", "secret")
    plain_home.write(".cargo/config.toml", "[build]")
    plain_home.write("other project/file", "secret")
    assert plain_home.json("apply", "-y")["failed"] == 0
    for number in range(400):
        (plain_home.path / f"file-{number}").touch()
    script = "grep -rs secret ~/.netrc ~/.cargo ~/other*; ls ~/file-7; cat ~/.cargo/config.toml; ls -A ~"
    done = plain_home.local("--jail", "sh", "-c", script, cwd=plain_home.workspace())
    assert done.stdout.startswith("[build]."), done.stdout
    tools = {row.partition("/")[0] for row, *_ in ROWS}  # theirs are empty, and of sessions alone
    assert set(done.stdout[len("[build]") :].split()) - tools == {".claude", ".claude-local", "project"}


def test_isolation_read_shows_more_at_both_levels_and_hide_takes_away(plain_home: Home) -> None:
    plain_home.write("shown/file", "shown")
    plain_home.write("shown/secret", "hidden")
    plain_home.write("shown/deep/secret", "hidden")
    plain_home.setup("config", "set", "isolation.read", "~/shown")
    plain_home.setup("config", "set", "isolation.hide", "~/shown/secret,~/shown/deep")
    for level in ("session", "strict"):
        plain_home.setup("config", "set", "isolation.level", level)
        assert plain_home.json("apply", "-y")["failed"] == 0
        script = "cat ~/shown/*; ls ~/shown; touch ~/shown/x"
        done = plain_home.local("--jail", "sh", "-c", script, cwd=plain_home.workspace())
        assert done.stdout == "shownfile\n", level
        assert "Read-only file system" in done.stderr


def test_a_hidden_file_that_is_saved_anew_stays_hidden(plain_home: Home) -> None:
    file = plain_home.write("shown/secret", "old secret")
    plain_home.write("shown/file", "mine\n")
    plain_home.setup("config", "set", "isolation.read", "~/shown")
    plain_home.setup("config", "set", "isolation.hide", "~/shown/secret")
    assert plain_home.json("apply", "-y")["failed"] == 0
    script = "cat ~/shown/*; read x; cat ~/shown/*"
    session = subprocess.Popen(
        [str(plain_home.path / ".local/bin/claude-local"), "--jail", "sh", "-c", script],
        cwd=plain_home.workspace(), env=plain_home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert session.stdout
    assert session.stdout.readline() == "mine\n"
    plain_home.write("new", "new secret").rename(file)
    said, _ = session.communicate("go\n", timeout=90)
    assert said == "mine\n"


@pytest.mark.root
@pytest.mark.parametrize("level", ["session", "strict"])
def test_as_root_the_whole_battery_passes_too(plain_home: Home, level: str) -> None:
    plain_home.setup("config", "set", "isolation.level", level)
    assert plain_home.json("apply", "-y")["failed"] == 0
    findings = plain_home.json("verify")["hosts"][0]["findings"]
    boundary = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert len(boundary) > 50
    assert [finding for finding in boundary if not finding["ok"]] == []
