"""Where no systemd runs it: the first session starts the server, and with the last it stops, however that ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.homes import Home, wait_until
from tests.servers.homes import answers, configure, is_gone, put_model, servers, session


class Served:
    def __init__(self, home: Home, port: int) -> None:
        self.home, self.port = home, port


@pytest.fixture
def served(plain_home: Home, scripted: dict[str, Path]) -> Iterator[Served]:
    port = configure(plain_home, put_model(plain_home, scripted["good"]))
    answer = plain_home.json("apply", "-y")
    assert (answer["failed"], answer["problems"]) == (0, 0), answer
    assert is_gone(plain_home, port)
    yield Served(plain_home, port)
    assert is_gone(plain_home, port)


def test_two_sessions_share_one_and_the_last_one_stops_it(served: Served) -> None:
    with session(served.home, "one") as one:
        running = servers(served.home)
        assert len(running) == 1
        with session(served.home, "two") as two:
            assert servers(served.home) == running
            (served.home.path / "one/end").touch()
            assert one.wait(30) == 0
            assert answers(served.port)
            (served.home.path / "two/end").touch()
            assert two.wait(30) == 0
    assert is_gone(served.home, served.port)


def test_sessions_that_are_killed_leave_none_behind(served: Served) -> None:
    with session(served.home, "one") as one, session(served.home, "two") as two:
        os.kill(one.pid, signal.SIGKILL)
        one.wait(30)
        assert answers(served.port)
        os.kill(two.pid, signal.SIGKILL)
        two.wait(30)
        assert is_gone(served.home, served.port)


def test_many_that_start_at_once_never_start_two(served: Served) -> None:
    def once(number: int) -> str:
        work = served.home.workspace(f"w{number}")
        (work / "end").touch()
        done = served.home.local(cwd=work)
        assert done.returncode == 0, done.stderr
        log = served.home.path / ".local/share/claude-local-server/log"
        return log.read_text(errors="replace")

    with ThreadPoolExecutor(4) as pool:
        logs = list(pool.map(once, range(8)))
    assert not any("couldn't bind" in log or "address already in use" in log.lower() for log in logs)


def test_a_keeper_that_is_killed_takes_the_server_along_and_the_next_session_starts_another(served: Served) -> None:
    with session(served.home, "one"):
        (server,) = servers(served.home)
        keeper = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(keeper, signal.SIGKILL)
        wait_until(lambda: not servers(served.home))
        with session(served.home, "two"):
            assert answers(served.port)


def test_a_server_that_ends_by_itself_is_started_anew_by_the_next_session(served: Served) -> None:
    with session(served.home, "one"):
        os.kill(servers(served.home)[0], signal.SIGKILL)
        wait_until(lambda: not servers(served.home))
        with session(served.home, "two"):
            assert len(servers(served.home)) == 1


def test_what_needs_no_server_starts_none(served: Served) -> None:
    work = served.home.workspace()
    (work / "end").touch()
    assert served.home.local("--version", cwd=work).stdout == "2.1.330\n"
    assert "is loading" not in served.home.local("--jail", "true", cwd=work).stderr
    assert servers(served.home) == []


def test_the_caller_s_variables_give_it_no_further_flags(served: Served) -> None:
    served.home.extra |= {"LLAMA_ARG_TOOLS": "all", "LLAMA_ARG_HOST": "0.0.0.0"}
    with session(served.home, "one"):
        (server,) = servers(served.home)
        environment = Path(f"/proc/{server}/environ").read_bytes()
        words = Path(f"/proc/{server}/cmdline").read_bytes().split(b"\0")
        status = Path(f"/proc/{server}/status").read_text()
    assert b"LLAMA_ARG" not in environment
    assert b"--offline" in words
    assert b"--tools" not in words
    assert "NoNewPrivs:\t1" in status


def test_a_model_that_cannot_be_loaded_is_one_sentence(served: Served) -> None:
    model = served.home.path / "models/good.gguf"
    model.write_bytes(model.read_bytes()[:3000])
    done = served.home.local(cwd=served.home.workspace())
    assert done.returncode == 1
    *_, last = done.stderr.splitlines()
    assert last.startswith("claude-local: the model server does not start: ")
    assert last.endswith(": claude-local-setup server logs")
    assert "good.gguf" in served.home.setup("server", "logs").stdout


def test_a_server_that_a_session_holds_is_not_changed_under_it(served: Served) -> None:
    with session(served.home, "one"):
        assert served.home.setup("config", "set", "server.context_tokens", "70000").returncode == 0
        answer = served.home.json("apply", "-y")
    (step,) = [step for step in answer["hosts"][0]["steps"] if step["change"] == "failed"]
    assert step["name"] == "model server"
    assert "a claude-local session is running" in step["error"]
    assert is_gone(served.home, served.port)
    assert served.home.json("apply", "-y")["problems"] == 0


def test_what_runs_is_told(served: Served) -> None:
    stopped = served.home.setup("server")
    assert stopped.stdout.splitlines()[0] == "state     stopped"
    assert "it starts with the first session" in stopped.stdout
    with session(served.home, "one"):
        told = served.home.json("server")
        assert told["state"] == "runs"
        assert told["since"]
        assert (told["model"], told["address"]) == ("good", f"http://127.0.0.1:{served.port}")
        start = served.home.setup("server", "start")
        assert start.returncode == 1
        assert "sessions start and stop the server; it runs now" in start.stderr


def test_without_one_the_command_says_how_to_get_one(plain_home: Home) -> None:
    done = plain_home.setup("server")
    assert done.returncode == 1
    assert "no model server is installed here" in done.stderr
    assert "server.install auto" in done.stderr


def test_no_session_can_change_what_runs_outside(served: Served) -> None:
    """In the server's own folder; where its program was built; by isolation.write; by a link on PATH."""
    home = served.home
    built = home.path / "llama.cpp/build/bin/llama-server"
    built.parent.mkdir(parents=True)
    (home.path / "bin/llama-server").rename(built)
    (home.path / "bin/llama-server").symlink_to(built)
    home.setup("config", "set", "isolation.write", "~/llama.cpp/build")
    assert home.json("apply", "-y")["failed"] == 0
    for folder in (home.path / ".local/share/claude-local-server", home.path / "llama.cpp", built.parent):
        done = home.local("--jail", "touch", "planted", cwd=folder)
        assert done.returncode == 1, folder
        assert "cannot be a workspace" in done.stderr
    done = home.local("--jail", "sh", "-c", f"echo evil >>{built}; touch {built.parent}/planted", cwd=home.workspace())
    assert done.returncode != 0
    assert "evil" not in built.read_text()
    assert not list(home.path.rglob("planted"))
