"""A whole day: the real Claude Code, in a terminal, writes a program with tests, commits it with its hooks, and shows a
page to the machine's browser; then nothing but the expected is left."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi, Say, Use
from tests.homes import Home, wait_until
from tests.real.claudes import CLAUDES, trust_the_folder
from tests.real.terminal import Terminal
from tests.tools.test_everyday import caches, made, there

__all__ = ["made"]
pytestmark = pytest.mark.real_claude
HOOKS = """\
repos:
- repo: local
  hooks:
  - {id: tests, name: tests, language: system, entry: pytest -q, pass_filenames: false, always_run: true}
  - {id: own, name: own, language: python, entry: python -c "print('in an environment of its own')", files: py}
"""
PAGE = "<h1>served</h1>\n"
PROGRAM = "def hello(name):\n    return f'Hello, {name}'\n"
TESTS = "from hello import hello\n\n\ndef test_hello():\n    assert hello('you') == 'Hello, you'\n"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def work(made: Home) -> Iterator[Path]:
    there(made, "git pre-commit pytest vite chromium tmux")
    work = made.path / "work/a day's wørk"
    work.mkdir(parents=True)
    (work / ".pre-commit-config.yaml").write_text(HOOKS)
    script = "git init -q; git add .; git commit -qm begin; pre-commit install --install-hooks"
    done = made.run("bash", "-ec", script, cwd=work)
    assert done.returncode == 0, done.stderr
    yield work


def shown(home: Home, url: str) -> str:
    """What the machine's own browser, with a home of its own, makes of a page."""
    browser = Home(home.path / "work/browser")
    browser.path.mkdir(exist_ok=True)
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", url]
    return browser.run("timeout", "90", *words).stdout


def test_a_program_is_written_tested_committed_and_its_page_seen(made: Home, work: Path) -> None:
    port = free_port()
    run = {"description": "x"}
    script: list[Say | Use] = [
        Use("Write", {"file_path": str(work / "hello.py"), "content": PROGRAM}),
        Use("Write", {"file_path": str(work / "test_hello.py"), "content": TESTS}),
        Use("Bash", {"command": "pytest -q -p no:cacheprovider >outcome; cat outcome", **run}),
        Use("Bash", {"command": "git add '*.py' && git commit -m 'Say hello'", **run}),
        Use("Write", {"file_path": str(work / "index.html"), "content": PAGE}),
        Use("Bash", {"command": f"vite --port {port} --strictPort >served 2>&1 &", **run}),
        Say("All of it is done."),
    ]
    with MessagesApi(script) as api:
        text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n[claude]\npath = "{CLAUDES[-1]}"\n'
        made.write(".config/claude-local-setup/config.toml", f"{text}[network]\npublish = [{port}]\n")
        assert made.json("apply", "-y")["failed"] == 0
        with Terminal(made, ["env", "HISTFILE=", "bash", "--norc"], work) as terminal:
            before = caches(made)
            terminal.type("PATH=~/.local/bin:$PATH claude-local", "Enter")
            trust_the_folder(terminal)
            terminal.wait("tokens", "shortcuts", "mode on")
            terminal.type("write it", "Enter")
            while "Do you want to" in terminal.wait("Do you want to", "All of it is done."):
                terminal.type("Enter")  # each edit and each command is asked for
            for host in ("localhost", "127.0.0.1", "[::1]"):
                assert "served" in shown(made, f"http://{host}:{port}/"), host
            terminal.type("/exit", "Enter")
            screen = terminal.wait("claude-local: to go on: claude-local --resume")
            assert "look at them first" not in screen
            (line,) = re.findall(r"to go on: (claude-local --resume [0-9a-f-]{36})", screen)
            nothing_runs(port)
            terminal.type("clear; export PATH=~/.local/bin:$PATH", "Enter", line, "Enter")
            terminal.wait("All of it is done.")
            terminal.wait("tokens", "shortcuts", "mode on")
            terminal.type("/exit", "Enter")
            terminal.wait(f"to go on: {line}")
    assert "1 passed" in (work / "outcome").read_text()
    log = made.run("git", "log", "-1", "--format=%an <%ae> %s%G?", cwd=work).stdout
    assert log == "a <a@b> Say helloN\n"
    status = made.run("git", "status", "--porcelain", "--ignored", cwd=work).stdout
    assert set(status.split()) - {"??", "!!"} <= {
        "index.html",
        "outcome",
        "served",
        "__pycache__/",
        ".pytest_cache/",
        ".vite/",
    }
    assert caches(made) == before


def nothing_runs(port: int) -> None:
    with socket.socket() as asked:
        assert asked.connect_ex(("127.0.0.1", port)) != 0
    found = ["pgrep", "-f", f"vite --port {port}"]
    wait_until(lambda: subprocess.run(found, capture_output=True, check=False).returncode != 0, seconds=30)
