"""This machine with systemd as its first process, in namespaces of its own, and users' services in it. Needs root."""

from __future__ import annotations

import contextlib
import pwd
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "machines/booted.sh"


@dataclass
class Booted:
    """`pid`: systemd's. `home`: a real user's, whose own systemd runs; what is written there is gone afterwards."""

    pid: int
    user: str
    home: Path

    def write(self, name: str, content: bytes, mode: int = 0o644) -> Path:
        words = ("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"', "write")
        self._inside([*words, str(self.home / name), f"{mode:o}"], content)
        return self.home / name

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """As that user."""
        known = {"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm"}
        given = [f"{name}={value}" for name, value in {**known, "PYTHONPATH": str(ROOT), **env}.items()]
        done = self._inside(["env", "-i", "-C", str(self.home), *given, *words])
        out, err = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(words, done.returncode, out, err)

    def setup(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "claude_local_setup", *words, **env)

    def systemctl(self, *words: str) -> str:
        runtime = f"/run/user/{pwd.getpwnam(self.user).pw_uid}"
        return self.run("systemctl", "--user", *words, XDG_RUNTIME_DIR=runtime).stdout.strip()

    def _inside(self, words: list[str], given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        entered = ["nsenter", "-t", str(self.pid), "-a", "--"]
        entered += ["setpriv", f"--reuid={self.user}", f"--regid={self.user}"]
        return subprocess.run(
            [*entered, "--init-groups", "--", *words], input=given, stdin=None if given else subprocess.DEVNULL,
            capture_output=True, timeout=300, check=False,
        )  # fmt: skip


@contextlib.contextmanager
def booted() -> Iterator[Booted]:
    """With the systemd of the user whose checkout this is, as after a login."""
    owner = pwd.getpwuid(ROOT.stat().st_uid)
    with tempfile.TemporaryDirectory(prefix="booted-", dir="/var/tmp") as folder:
        log = Path(f"{folder}.log")
        process = subprocess.Popen(
            ["unshare", "-mpuiCn", "--fork", "--kill-child", "--", str(SCRIPT), folder],
            stdin=subprocess.DEVNULL, stdout=log.open("wb"), stderr=subprocess.STDOUT, cwd="/",
        )  # fmt: skip
        try:
            pid = _first_process(process, log)
            _await(["nsenter", "-t", str(pid), "-a", "--", "systemctl", "start", f"user@{owner.pw_uid}.service"], log)
            yield Booted(pid, owner.pw_name, Path(owner.pw_dir))
        finally:
            process.kill()
            process.wait()
            log.unlink()


def _first_process(process: subprocess.Popen[bytes], log: Path) -> int:
    """Once it is systemd."""
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError, IndexError):
            pid = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
            if Path(f"/proc/{pid}/exe").readlink().name == "systemd":
                return pid
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _await(words: list[str], log: Path) -> None:
    for _ in range(120):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        time.sleep(0.25)
    raise AssertionError(done.stderr + log.read_text())
