"""How fast this machine's commands are: each against a baseline of its own, in one interleaved run. Prints ratios.

    python benchmarks/local.py [ROUNDS]

In a temporary home; run it as an ordinary user, with bubblewrap and socat installed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SETUP = [sys.executable, "-m", "claude_local_setup"]
BARE = ["bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc"]

# The checks of an apply that finds nothing to do, as a script would make them.
CHECKS = """\
for package in bubblewrap socat; do dpkg-query -W -f '${Status}' $package | grep -q 'install ok' || exit 1; done
for file in ~/.claude-local/{enforced.json,settings.json,.claude.json,CLAUDE.md,seccomp.bpf} \\
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


def rows(home: Path, checks: int) -> list[Row]:
    claude_local = str(home / ".local/bin/claude-local")
    hosts_network = str(home / "claude-local-host")
    without_network = [word for word in BARE if word != "--unshare-net"]
    click = [sys.executable, "-c", "import click"]
    return [
        Row("claude-local-setup --help", [*SETUP, "--help"], click, "1.5x of python -c 'import click'"),
        Row("a usage error", [*SETUP, "aply"], click, "1.5x of python -c 'import click'"),
        Row("apply, nothing to change", [*SETUP, "apply", "-y"], ["bash", "-c", CHECKS], "2x of a bash script"),
        Row("--jail true, private network", [claude_local, "--jail", "true"], [*BARE, "true"], "20 ms more", True),
        Row(
            "--jail true, the host's", [hosts_network, "--jail", "true"], [*without_network, "true"], "8 ms more", True
        ),
        Row(f"verify, a check of {checks}", [*SETUP, "verify"], ["true"], "40 ms a check", True, checks),
    ]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="benchmark-") as folder:
        home = Path(folder)
        run = runner(home)
        checks = prepare(home, run)
        measured = interleaved(rows(home, checks), rounds, run)
        for row, (ours, theirs) in measured:
            print(f"{row.name:<34} {said(row, ours, theirs):<34} reach: {row.reach}")


def runner(home: Path) -> Callable[[Sequence[str]], float]:
    env = {"HOME": str(home), "PATH": f"{home}/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "SHELL": "/bin/bash"}
    workspace = home / "project"
    workspace.mkdir()

    def run(words: Sequence[str]) -> float:
        start = time.perf_counter()
        subprocess.run(words, env=env, cwd=workspace, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return (time.perf_counter() - start) * 1000

    return run


def prepare(home: Path, run: Callable[[Sequence[str]], float]) -> int:
    """Sets the home up, a second wrapper with the host's network beside; returns the number of the battery's checks."""
    from claude_local_setup.battery import ATTEMPTS

    (home / ".bashrc").touch()
    (home / "bin").mkdir()
    stand_in = home / "bin/claude"
    stand_in.write_text("#!/bin/sh\necho 2.1.330\n")
    stand_in.chmod(0o755)
    run([*SETUP, "config", "set", "server.management_url", ""])
    run([*SETUP, "config", "set", "network.mode", "host"])
    run([*SETUP, "apply", "-y"])
    shutil.copy(home / ".local/bin/claude-local", home / "claude-local-host")
    run([*SETUP, "config", "set", "network.mode", "private"])
    run([*SETUP, "apply", "-y"])
    return len(ATTEMPTS)


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
