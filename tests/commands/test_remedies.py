"""Each fault is provoked, the remedy that is said is typed in a shell as it stands, and the fault is gone."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.fakes.other_servers import Named, Vllm
from tests.homes import Home

CONFIG = ".config/claude-local-setup/config.toml"
LOCAL = str(Path(__file__).parents[2] / "inventory/local.py")
Fault = Callable[[Home], object]


def set_up(home: Home) -> None:
    """A home where `claude-local-setup` is on PATH, as after an install."""
    home.write(".bashrc", "")
    home.write(".profile", '[ -n "$BASH_VERSION" ] && . "$HOME/.bashrc"\n')
    command = home.write(
        ".local/bin/claude-local-setup", f'#!/bin/sh\nexec {sys.executable} -m claude_local_setup "$@"\n'
    )
    command.chmod(0o755)
    home.extra["PATH"] = f"{home.path}/.local/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    editor = home.write(
        "editor", '#!/bin/sh\ncase $1 in +*) sed -i "${1#+}d" "$2" ;; *) sed -i /wrong/d "$1" ;; esac\n'
    )
    editor.chmod(0o755)
    home.extra["EDITOR"] = str(editor)
    assert home.json("apply", "-y")["failed"] == 0


def typed(home: Home, line: str, given: str = "y") -> None:
    """Pasted into a shell on a terminal, by somebody who says yes."""
    child = pexpect.spawn("/bin/bash", ["-c", line], env=home.env, cwd=str(home.path), timeout=120, encoding="utf-8")
    while child.expect([pexpect.EOF, r"\[[yY]/[nN]/d\] ", "the key: ", "a session of"]) in (1, 2):
        child.sendline(given)
    assert child.wait() == 0, (line, child.before)


def found(home: Home, name: str, *words: str) -> list[dict[str, str]]:
    findings = home.json(*(words or ("verify",)))["hosts"][0]["findings"]
    return [finding for finding in findings if finding["id"] == name and finding["problem"]]


FAULTS: dict[str, Fault] = {
    "target-state.wrapper": lambda home: (home.path / ".local/bin/claude-local").write_text("#!/bin/sh\n"),
    "shell.bash-finds-claude-local": lambda home: home.write(".bash_aliases", "alias claude-local='echo OLD'\n"),
    "boundary.level": lambda home: home.setup("config", "set", "isolation.level", "config"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_finding_is_gone_once_its_remedy_was_typed(plain_home: Home, name: str) -> None:
    set_up(plain_home)
    if "shell" in name:
        plain_home.write(".bashrc", (plain_home.path / ".bashrc").read_text() + ". ~/.bash_aliases\n")
    FAULTS[name](plain_home)
    (finding,) = found(plain_home, name)
    typed(plain_home, finding["remedy"])
    assert found(plain_home, name) == []


def test_another_program_of_the_name_is_moved_out_of_the_way(plain_home: Home) -> None:
    set_up(plain_home)
    plain_home.write("bin/claude-local", "#!/bin/sh\n").chmod(0o755)
    plain_home.write(
        ".bashrc", (plain_home.path / ".bashrc").read_text() + 'PATH="$HOME/bin:$PATH"\nunalias claude-local\n'
    )
    (finding,) = found(plain_home, "shell.bash-finds-claude-local")
    typed(plain_home, finding["remedy"])
    assert found(plain_home, "shell.bash-finds-claude-local") == []


SERVERS: dict[str, tuple[Callable[[], Named], str, str]] = {
    "several models": (lambda: Vllm({"one model": 70000, "two": 70000}), "server.the-model", "y"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_s_problem_is_gone_once_its_remedy_was_typed(plain_home: Home, name: str) -> None:
    server, check, given = SERVERS[name]
    with server() as running:
        plain_home.write(CONFIG, f'[server]\nbase_url = "http://127.0.0.1:{running.port}"\n')
        set_up(plain_home)
        (finding,) = found(plain_home, check)
        typed(plain_home, finding["remedy"], given)
        assert found(plain_home, check) == []


PLACES: dict[str, Fault] = {
    "a folder": lambda home: (home.path / ".local/bin/claude-local").mkdir(parents=True),
    "a file": lambda home: home.write(".local/share/claude-local", ""),
    "a dangling link": lambda home: (home.path / ".bashrc").symlink_to(home.path / "gone"),
    "a read-only file": lambda home: home.write(".bashrc", "").chmod(0o444),
    "no JSON": lambda home: home.write(".claude-local/settings.json", '{\n"wrong"\n}\n'),
}


@pytest.mark.parametrize("name", PLACES)
def test_what_is_in_the_way_of_apply_is_out_of_it_once_the_remedy_was_typed(plain_home: Home, name: str) -> None:
    set_up(plain_home)
    assert plain_home.json("remove", "-y")["failed"] == 0
    for file in (".bashrc", ".local/bin/claude-local"):
        (plain_home.path / file).unlink(missing_ok=True)
    PLACES[name](plain_home)
    lines = re.findall(r"^  remedy: (.*)$", plain_home.setup("apply", "-y").stderr, re.MULTILINE)
    assert len(lines) == 1
    typed(plain_home, *lines)
    assert plain_home.json("apply", "-y")["failed"] == 0


SAID: dict[str, tuple[str, list[str]]] = {
    "an unknown key": ("", ["config", "set", "isolation.levle", "strict"]),
    "an unknown key that is read": ("", ["config", "get", "isolation.levle"]),
    "an unknown key in the file": ("[server]\nnonsense = 1\n", ["apply", "-y"]),
    "a bad value in the file": ('[isolation]\nlevel = "open"\n', ["status"]),
    "no TOML": ("[server]\nwrong\n", ["status"]),
    "nobody to ask": ("", ["apply"]),
    "no such host": ("", ["status", "-i", LOCAL, "--limit", "lcoal"]),
}


@pytest.mark.parametrize("name", SAID)
def test_a_command_s_error_is_gone_once_its_remedy_was_typed(plain_home: Home, name: str) -> None:
    set_up(plain_home)
    config, words = SAID[name]
    plain_home.setup("remove", "-y")
    if config:
        plain_home.write(CONFIG, config)
    done = plain_home.setup(*words)
    assert done.returncode == 2
    before, _, line = done.stderr.partition("  remedy: ")
    if not line:
        assert "did you mean" in before
        return
    typed(plain_home, line.strip())
    assert plain_home.setup("config", "show").returncode == 0
    assert plain_home.setup("status").returncode == 0


def without_a_jail(home: Home) -> None:
    home.workspace()
    home.setup("config", "set", "isolation.level", "config")
    home.setup("apply", "-y")


SESSIONS: dict[str, tuple[Fault, str, list[str], str]] = {
    "a home": (lambda home: None, ".", ["--jail", "true"], " && claude-local --jail true"),
    "a misspelt option": (lambda home: home.workspace(), "project", ["--explian"], ""),
    "a missing program": (lambda home: home.workspace(), "project", ["--jail", "A=1", "true"], ""),
    "a level without a jail": (
        without_a_jail,
        "project",
        ["--jail", "true"],
        " && cd ~/project && claude-local --jail true",
    ),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_refusal_of_a_session_is_gone_once_its_remedy_was_typed(plain_home: Home, name: str) -> None:
    set_up(plain_home)
    fault, folder, words, then = SESSIONS[name]
    fault(plain_home)
    done = plain_home.local(*words, cwd=plain_home.path / folder)
    assert done.returncode != 0
    line = done.stderr.splitlines()[-1].rpartition(": ")[2]
    typed(plain_home, f"cd {folder} && {line}{then}")


def test_in_a_fleet_a_remedy_is_for_the_inventory(plain_home: Home) -> None:
    set_up(plain_home)
    inventory = plain_home.write("hosts.py", 'machines = ["@local"]\n')
    plain_home.write("group_data/all.py", "claude_local_isolation_level = 'config'\n")
    fleet = ("-i", str(inventory))
    assert plain_home.json("apply", "-y", *fleet)["failed"] == 0
    (finding,) = found(plain_home, "boundary.level", "verify", *fleet)
    typed(plain_home, finding["remedy"])
    assert found(plain_home, "boundary.level", "verify", *fleet) == []
    (plain_home.path / ".local/bin/claude-local").write_text("#!/bin/sh\n")
    (finding,) = found(plain_home, "target-state.wrapper", "verify", *fleet)
    assert finding["remedy"] == f"claude-local-setup apply -i {inventory} --limit @local"
    typed(plain_home, finding["remedy"])
    assert found(plain_home, "target-state.wrapper", "verify", *fleet) == []
