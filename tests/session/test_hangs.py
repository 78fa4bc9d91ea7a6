"""What others can make large, slow or odd around a start: it ends in bounded time, and honest work does not notice."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from tests import installed
from tests.fakes.messages_api import MessagesApi
from tests.homes import Home

SECONDS = 120.0  # far more than any start here takes (0.1 to 2 on two processors), also on a busy machine


@pytest.fixture(scope="module")
def made() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder, MessagesApi() as api:
        home = Home(Path(folder))
        home.write("bin/claude", "#!/bin/sh\necho well\n").chmod(0o755)
        text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n[isolation]\nread = ["~/shown"]\n'
        home.write(".config/claude-local-setup/config.toml", text)
        (home.path / "shown").mkdir()
        assert home.json("apply", "-y")["failed"] == 0
        yield home


@pytest.fixture
def work(made: Home) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=made.path, prefix="project-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def start(home: Home, cwd: Path, *words: str, seconds: float = SECONDS) -> subprocess.CompletedProcess[str]:
    """A session that says "well", in bounded time."""
    began = time.monotonic()
    done = home.local(*(words or ("--jail", "echo", "well")), cwd=cwd)
    assert time.monotonic() - began < seconds
    assert "Traceback" not in done.stderr
    return done


# --- files that are none


def fifo(path: Path) -> None:
    os.mkfifo(path)


def to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def to_the_terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(path.parent)
        listener.bind(path.name)


def endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def circle(path: Path) -> None:
    path.symlink_to(path.name)


ODD = (fifo, to_a_device, to_the_terminal, listening, endless, circle)
OF_GIT = (".git", ".git/HEAD", ".git/config", ".git/commondir", ".git/worktrees", ".git/modules", ".git/hooks")
OF_CLAUDE = (".claude", ".claude/settings.json", ".claude/settings.local.json", ".mcp.json", ".vscode", ".envrc")


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.__name__)
@pytest.mark.parametrize("name", [*OF_GIT, *OF_CLAUDE])
def test_no_start_waits_for_what_lies_in_a_files_place(
    made: Home, work: Path, name: str, odd: Callable[[Path], None]
) -> None:
    if name.startswith(".git/"):
        made.run("git", "init", "-q", cwd=work)
    place = work / name
    place.parent.mkdir(exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    odd(place)
    for words in (("--jail", "echo", "well"), (str(made.path / "bin/claude"), "-p", "x"), ("--explain",)):
        done = start(made, work, *words)
        assert done.returncode in (0, 1), done.stderr
        assert words == ("--explain",) or done.stdout.strip() == "well" or done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.__name__)
@pytest.mark.parametrize("name", [".gitconfig", ".claude/ide/40000.lock", ".claude-local/settings.json", "shown/x"])
def test_nor_for_what_lies_in_the_home(plain_home: Home, name: str, odd: Callable[[Path], None]) -> None:
    plain_home.setup("config", "set", "isolation.read", "~/shown")
    assert plain_home.json("apply", "-y")["failed"] == 0
    place = plain_home.path / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    odd(place)
    done = start(plain_home, plain_home.workspace())
    assert done.stdout == "well\n" or (name == ".gitconfig" and "git does not say" in done.stderr), done.stderr


# --- many


def test_2500_submodules(made: Home, work: Path) -> None:
    """All of them kept: 1.8 s (3,100: 2.5 s, 500: 0.35 s, none: 0.07 s) on two processors of 2026."""
    made.run("git", "init", "-q", cwd=work)
    for number in range(2500):
        module = work / f".git/modules/m{number}"
        (module / "hooks").mkdir(parents=True)
        (module / "HEAD").write_text("ref: refs/heads/main\n")
        (module / "config").write_text("[core]\n")
    try_one = "echo x >.git/modules/m$n/config || touch .git/modules/m$n/hooks/x || echo kept"
    script = f"for n in 0 1249 2499; do {try_one}; done"
    done = start(made, work, "--jail", "sh", "-c", script)
    assert done.stdout == "kept\n" * 3


@pytest.mark.parametrize("kind", ["modules", "worktrees"])
def test_more_than_anybody_has_is_refused_or_kept_but_never_left_open(made: Home, work: Path, kind: str) -> None:
    made.run("git", "init", "-q", cwd=work)
    for number in range(12_000):
        folder = work / f".git/{kind}/m{number:05}"
        folder.mkdir(parents=True)
        (folder / "HEAD").write_text("x")
        (folder / ("config" if kind == "modules" else "config.worktree")).write_text("[core]\n")
    last = "m11999/config" if kind == "modules" else "m11999/config.worktree"
    words = ("--jail", "sh", "-c", f"echo x >.git/{kind}/{last} || echo kept")
    done = start(made, work, *words, seconds=120)
    assert done.stdout == "kept\n" or done.returncode == 1, done.stderr
    assert "No space left" not in done.stderr, "the reason is named"
    assert (work / f".git/{kind}/{last}").read_text() == "[core]\n"


def test_modules_in_modules_in_modules(made: Home, work: Path) -> None:
    made.run("git", "init", "-q", cwd=work)
    deep = work / (".git" + "/modules/m" * 40)
    deep.mkdir(parents=True)
    for folder in (deep, *deep.parents):
        if folder.name == "m":
            (folder / "HEAD").write_text("x")
            (folder / "config").write_text("[core]\n")
    script = f"echo x >{deep.relative_to(work)}/config || echo kept"
    done = start(made, work, "--jail", "sh", "-c", script)
    assert done.stdout == "kept\n" or done.returncode == 1, done.stderr
    assert (deep / "config").read_text() == "[core]\n"


def bound(folder: Path, names: list[str], stack: contextlib.ExitStack) -> None:
    for name in names:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(folder / name))
        listener.listen(1)


REACH = """
import socket, sys
for name in sys.argv[1:]:
    with socket.socket(socket.AF_UNIX) as caller:
        if caller.connect_ex(name) == 0:
            print(name)
"""


@pytest.mark.skipif(os.sysconf("SC_OPEN_MAX") < 3500, reason="may not open so many")
def test_3200_sockets_below_a_folder_that_is_shown(made: Home, work: Path) -> None:
    """Each covered: 0.5 to 0.8 s on two processors of 2026."""
    with contextlib.ExitStack() as stack:
        bound(made.path / "shown", [f"s{number}" for number in range(3200)], stack)
        probe = [f"../shown/s{number}" for number in (0, 1600, 3199)]
        assert made.run("python3", "-c", REACH, *probe, cwd=work).stdout.split() == probe
        assert start(made, work, "--jail", "python3", "-c", f"{REACH}print('well')", *probe).stdout == "well\n"
    shutil.rmtree(made.path / "shown")
    (made.path / "shown").mkdir()


@contextlib.contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Again and again beside what the test does."""
    over = Event()

    def go() -> None:
        while not over.is_set():
            work()

    thread = Thread(target=go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_socket_that_is_renamed_meanwhile_stops_nothing_and_is_not_reached(made: Home, work: Path) -> None:
    with contextlib.ExitStack() as stack:
        bound(made.path / "shown", ["one"], stack)
        one, two = made.path / "shown/one", made.path / "shown/two"

        def rename() -> None:
            one.rename(two)
            two.rename(one)

        with meanwhile(rename):
            for _ in range(15):
                done = start(made, work)
                assert done.stdout == "well\n" or "socket" in done.stderr, done.stderr
        one.unlink()


def test_sockets_and_files_that_come_and_go_stop_nothing(made: Home, work: Path) -> None:
    place = work / "s"

    def come_and_go() -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(place))
        place.unlink()
        (work / ".envrc").write_text("x")
        (work / ".envrc").unlink()
        (work / ".claude").mkdir()
        (work / ".claude/settings.json").write_text("{}")
        (work / ".claude/settings.json").unlink()
        (work / ".claude").rmdir()

    with meanwhile(come_and_go):
        assert [start(made, work).stdout for _ in range(15)] == ["well\n"] * 15


# --- whose repository


def test_a_git_folder_that_git_would_not_take_makes_no_workspace(made: Home, work: Path) -> None:
    """A stray one in a parent would open the whole parent."""
    (work / "mine").mkdir()
    (work / "other").write_text("not mine\n")
    for stray in ("", "HEAD", "HEAD objects", "objects refs"):
        for name in stray.split():
            (work / ".git" / name).mkdir(parents=True, exist_ok=True) if name != "HEAD" else None
        (work / ".git").mkdir(exist_ok=True)
        if "HEAD" in stray:
            (work / ".git/HEAD").write_text("ref: refs/heads/main\n")
        done = start(made, work / "mine", "--jail", "sh", "-c", "touch here; echo x >../other; touch ../x")
        assert (work / "other").read_text() == "not mine\n", (stray, done.stderr)
        shutil.rmtree(work / ".git")


def test_a_real_one_does(made: Home, work: Path) -> None:
    (work / "mine").mkdir()
    made.run("git", "init", "-q", cwd=work)
    assert start(made, work / "mine", "--jail", "touch", "../x").returncode == 0
    assert (work / "x").exists()


@pytest.mark.root
def test_somebody_elses_git_folder_in_a_shared_parent_makes_no_workspace() -> None:
    """`mkdir /shared/.git` by anybody: git itself refuses such a repository."""
    me, somebody = 4711, 4712
    with tempfile.TemporaryDirectory(dir="/srv") as shared:
        Path(shared).chmod(0o1777)
        code = (
            "import os, sys; sys.path.insert(0, sys.argv[1]); os.setuid(int(sys.argv[2]));"
            "from claude_local_setup.session.project.repository import is_work_tree;"
            "print(is_work_tree(os.open(sys.argv[3], os.O_PATH), os.getuid()))"
        )
        checkout = str(Path(__file__).resolve().parents[2])
        for owner, expected in ((somebody, "False"), (me, "True")):
            subprocess.run(["git", "init", "-q", shared], check=True, env={"PATH": os.environ["PATH"], "HOME": "/"})
            for path in (Path(shared), *Path(shared).rglob("*")):
                os.chown(path, owner, owner)
            words = [sys.executable, "-c", code, checkout, str(me), shared]
            assert subprocess.run(words, capture_output=True, text=True).stdout.strip() == expected
            shutil.rmtree(Path(shared) / ".git")


# --- limits


def limited(home: Home, key: str, value: str) -> Path:
    home.setup("config", "set", "server.management_url", "")
    assert home.setup("config", "set", key, value).returncode == 0
    assert home.json("apply", "-y")["failed"] == 0
    return home.workspace()


FORKS = """
import os, sys, time
started = 0
try:
    while started < 3000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        started += 1
except OSError as error:
    print(started, error.strerror, flush=True)
os.kill(-1, 9)
"""


def test_a_fork_bomb_ends_at_the_limit_and_harms_nobody(plain_home: Home) -> None:
    used = sum(1 for _ in processes_of_mine())
    work = limited(plain_home, "isolation.processes", str(used + 300))
    done = start(plain_home, work, "--jail", "python3", "-c", FORKS)
    started, _, why = done.stdout.partition(" ")
    assert 100 < int(started) < 2000, done.stderr
    assert "temporarily unavailable" in why
    assert subprocess.run(["true"]).returncode == 0
    assert start(plain_home, work).stdout == "well\n"


def processes_of_mine() -> Iterator[int]:
    """Threads, as the limit counts them."""
    for folder in Path("/proc").glob("[0-9]*/task/*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                yield int(folder.name)


def test_a_bomb_of_bash_leaves_nothing(plain_home: Home) -> None:
    used = sum(1 for _ in processes_of_mine())
    work = limited(plain_home, "isolation.processes", str(used + 200))
    bomb = "echo going; f() { f | f & }; f; sleep 2; kill -9 -1"
    done = start(plain_home, work, "--jail", "bash", "-c", bomb)
    assert done.stdout.startswith("going")
    time.sleep(1)
    assert sum(1 for _ in processes_of_mine()) < used + 100


@pytest.mark.parametrize("place", ["/tmp", "/var/tmp", "/dev/shm"])
def test_what_is_kept_in_memory_has_a_size(plain_home: Home, place: str) -> None:
    work = limited(plain_home, "isolation.tmp_percent", "1")
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    script = f"cd {place}; head -c {whole // 50} /dev/zero >large; stat -c %s large; rm large; echo x >x"
    done = start(plain_home, work, "--jail", "sh", "-c", script)
    assert "No space left" in done.stderr
    assert 0 < int(done.stdout) <= whole // 90


def test_the_jails_own_root_cannot_be_filled(made: Home, work: Path) -> None:
    script = "for d in / /run /run/claude-local /home ~ ~/.claude /etc; do echo x >$d/x && echo $d; done; echo well"
    assert start(made, work, "--jail", "sh", "-c", script).stdout == "well\n"


HOLD = """
import socket
held = []
for number in range(400):
    caller = socket.socket()
    caller.settimeout(2)
    if caller.connect_ex(("127.0.0.1", {port})):
        break
    held.append(caller)
print(len(held) > 100)
"""


def test_many_connections_at_once_are_served_or_wait(plain_home: Home) -> None:
    """A session may hold all of its ways out; it ends as any other, and nothing of it stays."""
    with MessagesApi() as api:
        plain_home.setup("config", "set", "server.base_url", api.base_url)
        work = limited(plain_home, "isolation.tmp_percent", "5")
        code = HOLD.format(port=api.port)
        assert start(plain_home, work, "--jail", "python3", "-c", code).stdout == "True\n"
        assert start(plain_home, work).stdout == "well\n"


def test_without_the_rule_a_pipe_is_waited_for(plain_home: Home) -> None:
    """So the pipes of these tests are real ones."""
    work = limited(plain_home, "isolation.tmp_percent", "5")
    flags = "os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY"
    installed.change(plain_home, ("linux/files.py", flags, "os.O_RDONLY | os.O_NOCTTY"))
    (work / ".git").mkdir()
    os.mkfifo(work / ".git/HEAD")
    code = f"import sys; sys.path.insert(0, {str(installed.folder(plain_home.path).parent)!r})\n"
    code += f"from session.linux.files import read_whole; read_whole({str(work / '.git/HEAD')!r})"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", code], timeout=3, check=False)
