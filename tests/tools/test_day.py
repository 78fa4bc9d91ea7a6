"""A whole day: the real Claude Code, in a terminal, writes a program with tests, commits it with its hooks, and shows
pages to the machine's browser; then nothing but the expected is left."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi, Say, Use
from tests.homes import Home, wait_until
from tests.real.claudes import CLAUDES, trust_the_folder
from tests.real.terminal import Terminal
from tests.tools.left import in_shared_folders, nothing_runs, own, running
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
LEFT = {"index.html", "outcome", "served", "__pycache__/", ".pytest_cache/"}
LAST_LINE = re.compile(r"^claude-local: to go on: claude-local --resume [0-9a-f-]{36}\nbash\S*\$$", re.MULTILINE)


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


def steps(work: Path, vite: int, plain: int) -> list[Use]:
    run = {"description": "x"}
    return [
        Use("Write", {"file_path": str(work / "hello.py"), "content": PROGRAM}),
        Use("Write", {"file_path": str(work / "test_hello.py"), "content": TESTS}),
        Use("Bash", {"command": "pytest -q -p no:cacheprovider >outcome; cat outcome", **run}),
        Use("Bash", {"command": "git add '*.py' && git commit -m 'Say hello'", **run}),
        Use("Write", {"file_path": str(work / "index.html"), "content": PAGE}),
        Use("Bash", {"command": f"vite --port {vite} --strictPort >served 2>&1 &", **run}),
        Use("Bash", {"command": f"python3 -m http.server {plain} >/dev/null 2>&1 &", **run}),
    ]


def turns(api: MessagesApi) -> list[object]:
    """What the model was sent each time that it was to say what is done next."""
    sent = [request.body for request in api.requests if request.path.startswith("/v1/messages?")]
    return [body["messages"] for body in sent if body.get("tools")]


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def say(terminal: Terminal, api: MessagesApi, words: str) -> None:
    """To the model; a prompt that has just been drawn may be deaf."""
    terminal.wait("tokens", "shortcuts", "mode on")
    known = len(turns(api))
    for _ in range(5):
        terminal.type(words, "Enter")
        if within(20, lambda: len(turns(api)) > known):
            return
    raise AssertionError(terminal.screen())


def allow(terminal: Terminal, api: MessagesApi, number: int) -> None:
    """This step, which is asked for; a dialog may be deaf, and a second key too soon would answer the next one."""
    wait_until(lambda: len(turns(api)) == number, seconds=120)
    terminal.wait("Do you want to")
    for _ in range(40):
        if "Do you want to" in terminal.screen():
            terminal.type("Enter")
        if within(3, lambda: len(turns(api)) > number):
            return
    raise AssertionError(terminal.screen())


def shown(home: Home, url: str) -> str:
    """What the machine's own browser, with a home of its own, makes of a page."""
    browser = Home(home.path / "work/browser")
    browser.path.mkdir(exist_ok=True)
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", url]
    return browser.run("timeout", "90", *words).stdout


def see(home: Home, place: str) -> None:
    wait_until(lambda: "served" in shown(home, f"http://{place}/"), seconds=120)


def leave(terminal: Terminal) -> str:
    """The line to go on with: the last before the shell's next prompt, and all that is said."""
    terminal.type("/exit", "Enter")
    wait_until(lambda: bool(LAST_LINE.search(terminal.screen().rstrip())))
    (line,) = re.findall("^claude-local: .*", terminal.screen(), re.MULTILINE)
    return str(line).removeprefix("claude-local: to go on: ")


def test_a_program_is_written_tested_committed_and_its_pages_seen(made: Home, work: Path) -> None:
    vite, plain = free_port(), free_port()
    script = steps(work, vite, plain)
    with MessagesApi([*script, Say("All of it is done."), Say("Gone on.")]) as api:
        text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n[claude]\npath = "{CLAUDES[-1]}"\n'
        made.write(".config/claude-local-setup/config.toml", f"{text}[network]\npublish = [{vite}, {plain}]\n")
        assert made.json("apply", "-y")["failed"] == 0
        with Terminal(made, ["env", "HISTFILE=", "bash", "--norc"], work) as terminal:
            before = caches(made), own(made)
            terminal.type("export PATH=~/.local/bin:$PATH; clear; claude-local", "Enter")
            trust_the_folder(terminal)
            say(terminal, api, "write it")
            for number, _ in enumerate(script, 1):
                allow(terminal, api, number)
            terminal.wait("All of it is done.")
            for place in (f"localhost:{vite}", f"127.0.0.1:{vite}", f"[::1]:{vite}", f"localhost:{plain}"):
                see(made, place)
            assert {"claude", "node", "python3"} <= set(running(made))
            line = leave(terminal)
            nothing_runs(made, vite, plain)
            terminal.type("clear", "Enter", line, "Enter")
            terminal.wait("All of it is done.")
            say(terminal, api, "go on")
            terminal.wait("Gone on.")
            assert leave(terminal) == line
            nothing_runs(made, vite, plain)
    assert "write it" in json.dumps(turns(api)[-1])
    assert re.search(r"tests\.+Passed.*own\.+Passed", json.dumps(turns(api)[len(script)]))
    assert (caches(made), own(made)) == before
    assert in_shared_folders(made) == []
    only_the_work_is_there(made, work)


def only_the_work_is_there(home: Home, work: Path) -> None:
    assert "1 passed" in (work / "outcome").read_text()
    log = home.run("git", "log", "--format=%an <%ae> %s%G?", cwd=work).stdout
    assert log == "a <a@b> Say helloN\na <a@b> beginN\n"
    status = home.run("git", "status", "--porcelain", "--ignored", cwd=work).stdout
    assert {line[3:] for line in status.splitlines()} - {".vite/"} == LEFT  # which Vite makes when it gets to it
