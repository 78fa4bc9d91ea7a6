"""How fast this machine's commands are: each against a baseline of its own, in one interleaved run. Prints ratios.

    python benchmarks/local.py [ROUNDS]

In a temporary home; run it as an ordinary user, with bubblewrap and socat installed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from claude_local_setup.session.battery.attempts import ATTEMPTS
from claude_local_setup.session.shown.home import SHOWN

SETUP = [sys.executable, "-m", "claude_local_setup"]
BARE = ["bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc"]

# The checks of an apply that finds nothing to do, as a script would make them.
CHECKS = """\
for package in bubblewrap socat; do dpkg-query -W -f '${Status}' $package | grep -q 'install ok' || exit 1; done
for file in ~/.claude-local/{settings.json,.claude.json,CLAUDE.md} \\
  ~/.local/share/claude-local/{enforced.json,seccomp.bpf,values.json,model,program-*/session/{*,*/*}.py} \\
  ~/.local/bin/claude-local ~/.local/state/claude-local-setup/manifest.json; do
  [ "$(stat -c %a "$file")" ] && sha256sum "$file" >/dev/null || exit 1
done
[ "$(stat -c %a ~/.claude-local)" = 700 ] && [ -L ~/.claude-local/ide ] || exit 1
grep -q '>>> claude-local-setup >>>' ~/.bashrc || exit 1
command -v claude >/dev/null; uname -m; id -u; getent passwd "$(id -u)" >/dev/null
find ~/.claude -printf '%p %s %T@\\n' 2>/dev/null | sort | sha256sum
true
"""


@dataclass(frozen=True)
class Row:
    """`words` is measured against `baseline`; `difference` tells milliseconds above it instead of a ratio."""

    name: str
    words: Sequence[str]
    baseline: Sequence[str]
    reach: str
    difference: bool = False
    each: int = 1


def rows(homes: Homes, checks: int) -> list[Row]:
    without_network = [word for word in BARE if word != "--unshare-net"]
    click = [sys.executable, "-c", "import click"]
    return [
        Row("claude-local-setup --help", [*SETUP, "--help"], click, "1.5x of python -c 'import click'"),
        Row("a usage error", [*SETUP, "aply"], click, "1.5x of python -c 'import click'"),
        Row("apply, nothing to change", [*SETUP, "apply", "-y"], ["bash", "-c", CHECKS], "3x of a bash script"),
        Row("--jail true, private network", jail(homes.plain), [*BARE, "true"], "20 ms more", True),
        Row("--jail true, the host's", jail(homes.hosts_network), [*without_network, "true"], "15 ms more", True),
        Row("--jail true, 200 entries at home", jail(homes.full), [*BARE, "true"], "60 ms more", True),
        Row(f"verify, a check of {checks}", [*SETUP, "verify"], ["true"], "40 ms a check", True, checks),
    ]


def jail(home: Path, *words: str) -> list[str]:
    return [str(home / ".local/bin/claude-local"), "--jail", *(words or ("true",))]


@dataclass(frozen=True)
class Homes:
    """Each with claude-local set up: one with 20 entries, one whose sessions have the host's network, one with 200."""

    plain: Path
    hosts_network: Path
    full: Path


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="benchmark-") as folder:
        homes = Homes(*(Path(folder) / name for name in ("plain", "hosts-network", "full")))
        for home, entries in ((homes.plain, 20), (homes.hosts_network, 20), (homes.full, 200)):
            prepare(home, entries, "host" if home == homes.hosts_network else "private")
        run = runner(homes.plain)
        for row, (ours, theirs) in interleaved(rows(homes, len(ATTEMPTS)), rounds, run):
            print(f"{row.name:<34} {said(row, ours, theirs):<34} reach: {row.reach}")
        print(f"{'memory of our own processes':<34} {memory(homes.plain):.1f} MB during a session")


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": f"{home}/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "SHELL": "/bin/bash"}


def runner(home: Path) -> Callable[[Sequence[str]], float]:
    env, workspace = environment(home), home / "project"

    def run(words: Sequence[str]) -> float:
        start = time.perf_counter()
        subprocess.run(words, env=env, cwd=workspace, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return (time.perf_counter() - start) * 1000

    return run


def prepare(home: Path, entries: int, network: str) -> None:
    """Sets a home up, with a stand-in for claude and so many entries: toolchains, dotfiles, documents."""
    (home / "project").mkdir(parents=True)
    (home / "bin").mkdir()
    (home / ".bashrc").touch()
    known = [f"{home}/{name}" for name, _ in SHOWN if "/" not in name][: entries // 2]
    for path in (*known, *(f"{home}/document-{number}" for number in range(entries - len(known) - 3))):
        Path(path).mkdir(exist_ok=True)
    stand_in = home / "bin/claude"
    stand_in.write_text("#!/bin/sh\necho 2.1.330\n")
    stand_in.chmod(0o755)
    run = runner(home)
    run([*SETUP, "config", "set", "server.management_url", ""])
    run([*SETUP, "config", "set", "network.mode", network])
    run([*SETUP, "apply", "-y"])


def memory(home: Path) -> float:
    """Megabytes that the program's and bubblewrap's processes take up, shared pages counted in proportion."""
    words = jail(home, "sh", "-c", "echo up; exec sleep 60")
    session = subprocess.Popen(words, env=environment(home), cwd=home / "project", stdout=subprocess.PIPE)
    try:
        assert session.stdout
        session.stdout.readline()
        found = subprocess.run(["pgrep", "-P", str(session.pid)], capture_output=True, text=True, check=False).stdout
        ours = [session.pid, *map(int, found.split())]
        return sum(map(proportional, ours)) / 1024
    finally:
        session.terminate()
        session.wait()


def proportional(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def interleaved(
    known: Sequence[Row], rounds: int, run: Callable[[Sequence[str]], float]
) -> list[tuple[Row, tuple[float, float]]]:
    """Medians in milliseconds: each round runs every row and its baseline once, the first round is not counted."""
    times: list[tuple[list[float], list[float]]] = [([], []) for _ in known]
    for count in range(rounds + 1):
        for row, (ours, theirs) in zip(known, times, strict=True):
            pair = run(row.words), run(row.baseline)
            if count:
                ours.append(pair[0])
                theirs.append(pair[1])
    return [
        (row, (statistics.median(ours), statistics.median(theirs)))
        for row, (ours, theirs) in zip(known, times, strict=True)
    ]


def said(row: Row, ours: float, theirs: float) -> str:
    if row.difference:
        return f"{(ours - theirs) / row.each:.1f} ms more ({ours:.0f} ms : {theirs:.0f} ms)"
    return f"{ours / theirs:.2f}x ({ours:.0f} ms : {theirs:.0f} ms)"


if __name__ == "__main__":
    os.umask(0o022)
    main()
