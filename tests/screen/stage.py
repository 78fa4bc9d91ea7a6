"""What a person sees, the same on every machine: a terminal of a given width in which somebody lives in /home/you, with
a stand-in of the model server on a network of its own.

    python -m tests.screen.stage          writes golden/ anew, as an unprivileged user, after ./test.sh
"""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.homes import Home
from tests.real.terminal import Terminal

WIDTHS = (60, 80, 200)
GOLDEN = Path(__file__).with_name("golden")
SOURCE = Path(__file__).parents[2]
YOU = "/home/you"
PROMPT = "you@desk:~$"
CLAUDE = '#!/bin/sh\necho "2.1.330 (Claude Code)"\n'
SERVER = f"cd {shlex.quote(str(SOURCE))} && {sys.executable} -m tests.fakes.messages_api --port 8080 >/dev/null 2>&1 &"
INVENTORY = 'workstations = ["@local", ("desk7.example", {"ssh_user": "you"})]\n'


@dataclass(frozen=True)
class Screen:
    """`typed`: lines whose answers are shown; `keys`: typed at the last one's question; `before`: lines not shown."""

    title: str
    typed: Sequence[str]
    keys: Sequence[str] = ()
    before: Sequence[str] = ()


SCREENS = {
    "plan": Screen("a plan, and no", ["claude-local-setup apply"], keys=["n"]),
    "apply": Screen("the same, and yes", ["claude-local-setup apply"], keys=["y"]),
    "status": Screen("what is there", ["claude-local-setup status"]),
    "verify": Screen("the proof", ["claude-local-setup verify"]),
    "explain": Screen("what a session may do", ["cd project", "claude-local --explain", "cd"], before=[". ~/.bashrc"]),
    "explain-one": Screen(
        "one thing, and the line that allows it",
        ["cd project", "claude-local --explain ~/.ssh/id_ed25519", "claude-local --explain docs.example.org:443", "cd"],
    ),
    "refusals": Screen(
        "refusals, and slips",
        [
            "claude-local",
            "claude-local --explian",
            "claude-local-setup config set isolation.levle strict",
            "claude-local-setup verfy",
            "claude-local-setup apply --dryrun",
        ],
    ),
    "not-applied": Screen(
        "a changed config",
        ["claude-local-setup config set isolation.level strict", "claude-local-setup apply"],
        keys=["n"],
    ),
    "shadowed": Screen(
        "an alias stands before it",
        ["claude-local-setup verify"],
        before=[
            "claude-local-setup config unset isolation.level",
            "echo 'alias claude-local=\"echo OLD\"' >>.bashrc",
        ],
    ),
    "verify-bad": Screen(
        "no server, and a damaged wrapper",
        ["claude-local-setup verify"],
        before=["claude-local-setup apply -y >/dev/null", "kill %1", "chmod 644 .local/bin/claude-local"],
    ),
    "fleet": Screen("many machines", ["claude-local-setup verify -i hosts.py"]),
    "remove": Screen("all of it undone", ["claude-local-setup remove"], keys=["n"]),
}


def shown(width: int, *, attributed: bool = False) -> Iterator[tuple[str, str]]:
    """Each screen's name and text, in the order of SCREENS."""
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = _newcomer(Path(folder))
        with Terminal(home, _jailed(home), home.path) as terminal:
            terminal.resize(width, 400)
            terminal.wait(PROMPT)
            _type(terminal, SERVER)
            for name, screen in SCREENS.items():
                for line in screen.before:
                    _type(terminal, line)
                _type(terminal, "clear")
                for line in screen.typed[:-1]:
                    _type(terminal, line)
                _type(terminal, screen.typed[-1], screen.keys)
                yield name, steady(terminal.attributed() if attributed else terminal.screen())


def _newcomer(path: Path) -> Home:
    home = Home(path)
    home.write("bin/claude", CLAUDE).chmod(0o755)
    (path / "bin/claude-local-setup").symlink_to(Path(sys.executable).with_name("claude-local-setup"))
    home.write(".bashrc", f"PS1='{PROMPT} '\nPATH=~/bin:/usr/bin:/bin\n")
    home.write(".profile", ". ~/.bashrc\n")
    home.write("hosts.py", INVENTORY)
    home.run("git", "init", "-q", cwd=home.workspace())
    return home


def _jailed(home: Home) -> list[str]:
    """Bash in /home/you; what the tests run by stays where it is."""
    place = Path.home()
    return [
        *("bwrap", "--dev-bind", "/", "/", "--tmpfs", "/home", "--bind", str(place), str(place)),
        *(
            "--bind",
            str(home.path),
            YOU,
            "--setenv",
            "HOME",
            YOU,
            "--chdir",
            YOU,
            "--unshare-net",
            "--unsetenv",
            "TMUX",
        ),
        *("bash", "-i"),
    ]


def _type(terminal: Terminal, line: str, keys: Sequence[str] = ()) -> None:
    """Types the line, and a key at each question, until the prompt is there again."""
    before = 0 if line == "clear" else terminal.screen().count(PROMPT)
    terminal.send(line)
    for key in keys:
        if key in "yn" and terminal.wait("[y/N/d]"):
            terminal.send(key)
    terminal.wait_for(lambda screen: screen.count(PROMPT) > before and screen.rstrip().endswith(PROMPT), "the prompt")


def steady(text: str) -> str:
    """Without what differs from machine to machine, from day to day, and between versions of the code."""
    for pattern, instead in (
        (r"note host: bubblewrap[^\n]*\n( {5}[^\n]*\n)*", ""),
        (r"program-[0-9a-f]{12}", "program-0123456789ab"),
        (r"(?s)host: \S[^\n]*, kernel.*?(x86_64|aarch64)", "host: DISTRIBUTION, kernel VERSION, MACHINE"),
        (r"\d+ (of \d+ )?(more )?(checks|lines|parts|bytes)", lambda found: f"N {found[3]}"),
    ):
        text = re.sub(pattern, instead, text)
    return "".join(f"{line.rstrip()}\n" for line in text.rstrip().splitlines())


def main() -> None:
    for width in WIDTHS:
        folder = GOLDEN / str(width)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in shown(width):
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
