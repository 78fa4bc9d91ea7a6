"""`--explain WHAT`: by which rule, and a line that allows it when it is pasted."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_local_setup.session.words import wrapped
from tests.homes import Home


def prepared(home: Home) -> Path:
    """A workspace in a home with a bit of everything."""
    for name in (".envrc", "src/a"):
        home.write(f"project/{name}", "x\n")
    for name in ("other/file", ".cache/uv/x", ".nvm/x", "docs/with space/x", ".ssh/id", "hidden/x", ".gitconfig"):
        home.write(name, "theirs\n" if name != ".gitconfig" else "")
    home.write(".npmrc", "save-exact = true\n")
    home.extra["SECRET_OF_MINE"] = "x"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(home.path / "socket"))
    (home.path / "project/out").symlink_to("../other/file")
    (home.path / "project/lnk").symlink_to(".")
    for key, value in (("isolation.read", "~/docs"), ("network.publish", "5173"), ("isolation.hide", "~/hidden")):
        home.setup("config", "set", key, value)
    assert home.json("apply", "-y")["failed"] == 0
    work = home.workspace()
    home.run("git", "init", "-q", cwd=work)
    return work


@pytest.fixture(scope="module")
def explained() -> Iterator[tuple[Home, Path]]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder))
        yield home, prepared(home)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("src/a", "write      {work}/src/a: the workspace"),
        ("src/new", "write      {work}/src/new: the workspace, and nothing is there now"),
        (".envrc", "read       {work}/.envrc: direnv runs it when you enter the folder; you change it, outside"),
        (".git/hooks/x", "read       {work}/.git/hooks/x: git runs them; you change it, outside"),
        ("~/.cache/uv/x", "write      {home}/.cache/uv/x: the machine's cache, below a layer of this workspace's"),
        ("~/.cache/new", "write      {home}/.cache/new: what tools keep, for this workspace's sessions alone"),
        ("/tmp/x", "write      /tmp/x: private, gone afterwards"),
        ("/usr/bin/env", "read       /usr/bin/env: the system's programs"),
        ("~/docs/with space/x", "read       {home}/docs/with space/x: isolation.read names it"),
        ("~/.nvm/x", "read       {home}/.nvm/x: a toolchain"),
        ("~/other/file", "not there  {home}/other/file: of your home only a list of things is shown"),
        ("127.0.0.1:8080", "reach      127.0.0.1:8080"),
        ("localhost:8080", "reach      localhost:8080"),
        ("5173", "published  127.0.0.1:5173: a server of the session's own there is shown on this machine"),
        ("5432", "refused    127.0.0.1:5432: it is no port that leads out"),
        ("example.org:443", "refused    example.org:443: there is no internet but for network.domains"),
        ("pypi.org", "refused    pypi.org: there is no internet but for network.domains"),
        ("https://pypi.org/simple/", "refused    pypi.org: there is no internet but for network.domains"),
        ("http://localhost:8080/v1", "reach      localhost:8080"),
        ("git@github.com:a/b.git", "refused    ssh to github.com: of other machines only allowed domains are reached"),
        ("ssh://git@example.org/x", "refused    ssh to example.org: of other machines"),
        ("docs.rs", "write      {work}/docs.rs: the workspace, and nothing is there now\nrefused    docs.rs: "),
        ("package.json", "write      {work}/package.json: the workspace, and nothing is there now\n"),
        (".env", "write      {work}/.env: the workspace, and nothing is there now\n"),
        ("Makefile", "write      {work}/Makefile: the workspace, and nothing is there now\n"),
        ("file://{work}/src/a", "write      {work}/src/a: the workspace\n"),
        ("localhost", "refused    localhost: of this machine only the model server and ports that are listed"),
        ("0.0.0.0:8080", "reach      0.0.0.0:8080\n"),
        (":8080", "reach      127.0.0.1:8080\n"),
        ("[::1]:3000", "refused    [::1]:3000: it is no port that leads out"),
        ("::1", "refused    ::1: of this machine only"),
        ("10.0.0.1:443", "refused    10.0.0.1:443: of other machines"),
        ("$LANG", "passed     LANG: sessions see it\n"),
        ("SECRET_OF_MINE", "dropped    SECRET_OF_MINE: sessions see no variable"),
        ("$NOWHERE", "not there  NOWHERE: there is no such variable here\n"),
        ("$HOME", "the jail's HOME: a session has its own\n"),
        ("out", "not there  {work}/out: {home}/other/file, to which it leads: of your home only a list"),
        ("lnk/src/a", "write      {work}/lnk/src/a: the workspace"),
        ("~/.ssh/id", "not there  {home}/.ssh/id: it is or holds secrets\n           to show it all the same: "),
        ("~/hidden/x", "hidden     {home}/hidden/x: isolation.hide names {home}/hidden\n"),
        ("~", "read       {home}: your home, but for what is shown of it; of what lies in it only what is shown\n"),
        ("/", "read       /: a folder of the jail's own; of what lies in it only what is shown\n"),
        ("~/.config", "read       {home}/.config: a folder of the jail's own; of what lies in it only what is shown"),
        ("fe80::1", "refused    fe80::1: of other machines"),
        (
            "/etc/fstab",
            "read       /etc/fstab: the system's settings\n           /etc is not opened for writing: it is a ",
        ),
        (
            "~/.gitconfig",
            "read       {home}/.gitconfig: git's settings and your name\n           {home} is not opened ",
        ),
        ("~/.npmrc", "read       {home}/.npmrc: configuration, without lines that may hold credentials\n"),
        ("/proc/1/environ", "read       /proc/1/environ: the jail's own, with the session's processes alone\n"),
        ("/dev/null", "write      /dev/null: the jail's own\n"),
        ("/dev/nosuch", "not there  /dev/nosuch: nor outside\n"),
        ("/dev/mem", "not there  /dev/mem: "),
        ("/root", "not there  /root: of this machine only a list of things is shown\n           to show it: "),
        ("/mnt/c/x", "not there  /mnt/c/x: nor outside"),
        ("~/socket", "refused    {home}/socket: a socket of the host"),
    ],
)
def test_each_thing_by_its_rule(explained: tuple[Home, Path], what: str, line: str) -> None:
    home, work = explained
    done = home.local("--explain", what.replace("~", str(home.path)).format(work=work), cwd=work)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(line.format(work=work, home=home.path)), done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("99999",), "99999 is no port, they are from 1 to 65535: claude-local --explain 8080"),
        (("127.0.0.1:0",), "0 is no port"),
        (("a", "b"), "--explain takes one thing at a time: claude-local --explain a"),
        (("a\nb",), "there is nothing of that name"),
    ],
)
def test_what_is_nothing_is_said_so(explained: tuple[Home, Path], words: tuple[str, ...], said: str) -> None:
    home, work = explained
    done = home.local("--explain", *words, cwd=work)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"claude-local: {said}")


def pasted(home: Home, said: str) -> None:
    """The first line that would allow it, in a shell where the command is found."""
    line, *_ = [line.partition(": ")[2] for line in said.splitlines() if line.startswith("           to ")]
    script = f'claude-local-setup() {{ python3 -m claude_local_setup "$@"; }}; {line.replace("apply", "apply -y")}'
    words = ["bash", "-c", script.replace("python3", sys.executable)]
    done = subprocess.run(words, env=home.env, cwd=Path.cwd(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_it_says_allows_it(plain_home: Home) -> None:
    work = prepared(plain_home)
    for what, words in (
        ("other/file", "cat ~/other/file ~/docs/*/x"),
        ("docs/with space", "touch ~/docs/'with space'/new; cat ~/other/file"),
    ):  # fmt: skip
        said = plain_home.local("--explain", str(plain_home.path / what), cwd=work).stdout
        pasted(plain_home, said)
        done = plain_home.local("--jail", "sh", "-ec", words, cwd=work)
        assert done.returncode == 0, (said, done.stderr)
    pasted(plain_home, plain_home.local("--explain", "5432", cwd=work).stdout)
    assert plain_home.local("--explain", "5432", cwd=work).stdout == "reach      127.0.0.1:5432\n"
    pasted(plain_home, plain_home.local("--explain", "docs.python.org", cwd=work).stdout)
    assert plain_home.local("--explain", "docs.python.org", cwd=work).stdout.startswith("reach      docs.python.org")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_prose_is_wider_than_the_terminal_and_what_is_pasted_is_one_line(width: int) -> None:
    command = "claude-local-setup config set isolation.read '[\"/home/you/a very long name of a folder\"]'"
    line = "not there  /home/you/a folder: of your home only a list of things is shown; to show it: "
    parts = list(wrapped(line + command, width, " " * 11))
    assert " ".join(part.strip() for part in parts).split() == (line + command).split()
    assert [part for part in parts if len(part) > width and part.strip() != command] == []
    assert all(part.startswith(" " * 11) for part in parts[1:])
    assert (parts[-1].strip() == command) == (width < 200)
    assert list(wrapped(line, 0, "")) == [line]
