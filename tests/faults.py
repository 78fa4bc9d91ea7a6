"""Faults, played at any step of a run: programs before the real ones on PATH, of which the Nth call does the harm."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.homes import Home, tree

# One or two calls in each step that changes something.
TOOLS = {"apply": ("mktemp", "mv", "ln"), "remove": ("mv", "ln", "rm", "rmdir")}
LEFT = re.compile(r"\.claude-local-setup\.[A-Za-z0-9]{6}(/|$)|^\.claude-local-verify\.")

HARM = {
    "kill": "kill -9 0",  # the whole process group at once, as when the power fails
    "interrupt": "kill -INT 0; sleep 0.3",  # Ctrl-C reaches all of them
    "withdrawn": 'find "$HOME" -type d -exec chmod a-w {} +',
    "full": 'head -c 1G /dev/zero >"$HOME/filler" 2>/dev/null',
    "read-only": 'mount -o remount,bind,ro "${HOME%/*}"',
}

_SHIM = """\
#!/bin/sh
read -r calls <{folder}/calls
echo $((calls + 1)) >{folder}/calls
if [ "$calls" -eq {at} ]; then
  echo {tool} >{folder}/fired
  {harm}
fi
exec /usr/bin/{tool} "$@"
"""


@dataclass
class Rig:
    """A home that can be put back as it was, and runs in it that meet with a fault.

    `inside`: a process whose mount namespace the home is in, if it is not in ours.
    """

    home: Home
    shims: Path
    inside: int = 0

    @property
    def seen(self) -> Path:
        """The home as this process sees it."""
        return Path(f"/proc/{self.inside}/root{self.home.path}") if self.inside else self.home.path

    def run(self, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
        env = {**self.home.env, "PATH": path + self.home.env["PATH"]}
        enter = ["nsenter", "-t", str(self.inside), "-U", "-m", "--preserve-credentials"] if self.inside else []
        return subprocess.run(
            [*enter, *words], cwd="/", env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, timeout=120, start_new_session=True,
        )  # fmt: skip

    def setup(self, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "claude_local_setup", *words, path=path)

    def fault(self, harm: str, at: int, *words: str) -> subprocess.CompletedProcess[str] | None:
        """Runs a command whose call number `at` of one of the tools does the harm; None if there is no such call."""
        shutil.rmtree(self.shims, ignore_errors=True)
        self.shims.mkdir()
        (self.shims / "calls").write_text("0\n")
        for tool in TOOLS[words[0]]:
            text = _SHIM.format(folder=self.shims, at=at, tool=tool, harm=HARM[harm])
            (self.shims / tool).write_text(text)
            (self.shims / tool).chmod(0o755)
        done = self.setup(*words, path=f"{self.shims}:")
        return done if (self.shims / "fired").exists() else None

    def put_back(self, state: Path) -> None:
        """The home as it is in `state`."""
        script = 'chmod -R u+w -- "$1"; rm -rf -- "$1"; cp -a -- "$2" "$1"'
        done = self.run("sh", "-c", script, "sh", str(self.home.path), str(state))
        assert done.returncode == 0, done.stderr

    def keep(self, state: Path) -> None:
        self.run("cp", "-a", "--", str(self.home.path), str(state))


Seen = dict[str, tuple[int, bytes | str]]


def files(seen: Seen) -> Seen:
    return {name: what for name, what in seen.items() if what[0] & 0o170000 != 0o040000}


def assert_whole(now: Seen, old: Seen, new: Seen) -> None:
    """Each file is the old one or the new one, none is half written; temporary files aside."""
    for name, what in files(now).items():
        if not LEFT.search(name) and name != "filler":
            assert what in (old.get(name), new.get(name)), (name, what, old.get(name), new.get(name))
    lost = files(old).keys() & files(new).keys() - now.keys()
    assert not lost


def steps(rig: Rig, harm: str, state: Path, *words: str, stride: int = 1) -> Iterator[subprocess.CompletedProcess[str]]:
    """Runs the command from the same state again and again, with the fault at a later step each time."""
    for at in range(0, 200, stride):
        rig.put_back(state)
        done = rig.fault(harm, at, *words)
        if done is None:
            assert at > 5, f"only {at} steps were tried"
            return
        yield done
    raise AssertionError("there is no end to the steps")


def current(rig: Rig) -> Seen:
    return tree(rig.seen)
