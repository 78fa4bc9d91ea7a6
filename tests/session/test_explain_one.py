"""`--explain WHAT`: by which rule, and a line that allows it when it is pasted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.homes import Home


@pytest.fixture
def work(plain_home: Home) -> Path:
    for name in (".envrc", "src/a"):
        plain_home.write(f"project/{name}", "x\n")
    for name in ("other/file", ".cache/uv/x", ".nvm/x", "docs/with space/x"):
        plain_home.write(name, "theirs\n")
    plain_home.setup("config", "set", "isolation.read", "~/docs")
    plain_home.setup("config", "set", "network.publish", "5173")
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    plain_home.run("git", "init", "-q", cwd=work)
    return work


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
        ("example.org:443", "refused    example.org:443: of other machines only allowed domains are reached"),
        ("pypi.org", "refused    pypi.org: there is no internet but for network.domains"),
    ],
)
def test_each_thing_by_its_rule(plain_home: Home, work: Path, what: str, line: str) -> None:
    done = plain_home.local("--explain", what.replace("~", str(plain_home.path)), cwd=work)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(line.format(work=work, home=plain_home.path)), done.stdout


def pasted(home: Home, said: str) -> None:
    """The line that would allow it, in a shell where the command is found."""
    (line,) = [line.partition(": ")[2] for line in said.splitlines() if line.startswith("           to ")]
    script = f'claude-local-setup() {{ python3 -m claude_local_setup "$@"; }}; {line.replace("apply", "apply -y")}'
    words = ["bash", "-c", script.replace("python3", sys.executable)]
    done = subprocess.run(words, env=home.env, cwd=Path.cwd(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_it_says_allows_it(plain_home: Home, work: Path) -> None:
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
