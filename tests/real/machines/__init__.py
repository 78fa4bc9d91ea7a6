"""Real machines to reach over SSH: each with its own filesystem, processes, users, sudo, apt and sshd. Needs root.

They stand on one base (base.sh, kept in the cache), on a bridge in a network namespace of its own: no way in or out.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.homes import CACHE

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SETUP = (sys.executable, "-m", "claude_local_setup")
PIP = "[global]\nno-index = true\nfind-links = /srv/cache/packages\n"  # there: they have no index


def run(*words: str | Path, **arguments: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], check=True, text=True, capture_output=True, **arguments)


@dataclass
class Machine:
    """One host; `root` is its filesystem as the tests see it."""

    name: str
    address: str
    link: str
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """sshd's, the machine's first process: `unshare` is its parent."""
        return int(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0])

    @property
    def root(self) -> Path:
        return Path(f"/proc/{self.pid}/root")

    def home(self, user: str = "dev") -> Path:
        return self.root / "home" / user

    def inside(self, *words: str) -> subprocess.CompletedProcess[str]:
        """As root on the machine."""
        return run("nsenter", "-t", str(self.pid), "-a", "--", *words, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

    def typed(self, line: str, user: str = "dev") -> subprocess.CompletedProcess[str]:
        """A line that is typed in a new terminal; it must do what it says."""
        words = ["nsenter", "-t", str(self.pid), "-a", "su", "-l", user, "-c", f". ~/.profile; {line}"]
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        done = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done

    def put_checkout(self, user: str = "dev") -> None:
        """This checkout, in that user's home."""
        skipped = shutil.ignore_patterns(".*", "__pycache__", "tests", "*.egg-info")
        shutil.copytree(ROOT, self.home(user) / "checkout", ignore=skipped)
        self.inside("chown", "-R", f"{user}:", f"/home/{user}/checkout")

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """What this thread opens meanwhile, is opened there: the far side of its loopback."""
        with Path("/proc/thread-self/ns/net").open() as own, Path(f"/proc/{self.pid}/ns/net").open() as there:
            enter = ctypes.CDLL(None, use_errno=True).setns
            assert enter(there.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
            try:
                yield
            finally:
                assert enter(own.fileno(), 0) == 0, os.strerror(ctypes.get_errno())

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)  # the first process: all others go with it

    def unplug(self) -> None:
        run("ip", "-n", self.link, "link", "set", "eth0", "down")

    def plug(self) -> None:
        run("ip", "-n", self.link, "link", "set", "eth0", "up")

    @contextlib.contextmanager
    def dpkg_held(self) -> Iterator[None]:
        with (self.root / "var/lib/dpkg/lock-frontend").open("w") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        filler = self.root / "var/filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65536))
        yield
        filler.unlink()


@dataclass
class Run:
    """A command that is at work."""

    process: subprocess.Popen[bytes]
    out: IO[str]
    err: IO[str]

    def json(self) -> dict[str, Any]:
        """Its answer, once it has ended."""
        code = self.process.wait(timeout=150)
        for said in (self.out, self.err):
            said.seek(0)
        return understood(code, self.out.read(), self.err.read())


def understood(code: int, out: str, err: str) -> dict[str, Any]:
    """The JSON answer with the exit code, what was said besides, and the hosts by name."""
    assert out, err
    answer: dict[str, Any] = json.loads(out)
    return {"rc": code, "stderr": err, **answer, "by": {host["host"]: host for host in answer["hosts"]}}


@dataclass
class Site:
    """The machines, and the place from which they are reached."""

    folder: Path
    prefix: str
    base: Path
    disk: str  # a size
    machines: list[Machine] = field(default_factory=list)

    @property
    def control(self) -> Path:
        return self.folder / "control"

    @property
    def key(self) -> Path:
        return self.control / ".ssh/id_ed25519"

    @property
    def env(self) -> dict[str, str]:
        path = "/usr/sbin:/usr/bin:/sbin:/bin"
        return {"HOME": str(self.control), "PATH": path, "LANG": "C.UTF-8", "TERM": "xterm", "PYTHONPATH": str(ROOT)}

    def words(self, *words: str) -> list[str]:
        """A command as it is run from the controlling side."""
        return ["ip", "netns", "exec", f"{self.prefix}c", *words]

    def setup(self, *words: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.words(*SETUP, *words),
            env=self.env,
            cwd=self.control,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def json(self, *words: str) -> dict[str, Any]:
        done = self.setup(*words, "--json")
        return understood(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str) -> Run:
        """Begins the command; what it says goes into files: a pipe that nobody reads would stop it."""
        out, err = (tempfile.TemporaryFile("w+", dir=self.folder) for _ in range(2))  # noqa: SIM115
        process = subprocess.Popen(
            self.words(*SETUP, *words), env=self.env, cwd=self.control, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        return Run(process, out, err)

    def inventory(self, hosts: Iterable[object], data: str = "", name: str = "hosts") -> str:
        """An inventory file of its own, with group data beside it; its path."""
        folder = self.control / name
        (folder / "group_data").mkdir(parents=True, exist_ok=True)
        (folder / "hosts.py").write_text(f"workstations = {list(hosts)!r}\n")
        (folder / "group_data/all.py").write_text(data or "claude_local_isolation_level = 'session'\n")
        return str(folder / "hosts.py")

    def host(self, machine: Machine, **data: object) -> tuple[str, dict[str, object]]:
        return machine.name, {"ssh_hostname": machine.address, "ssh_user": "dev", "ssh_key": str(self.key), **data}

    def renew(self, machine: Machine) -> None:
        """The machine as it was delivered, in place."""
        self.remove(machine)
        index = self.machines.index(machine)
        self.machines[index] = self._made(index + 1)

    def add(self) -> None:
        self.machines.append(self._made(len(self.machines) + 1))

    def _made(self, number: int) -> Machine:
        """A fresh machine, once its sshd answers."""
        name, link, address = f"machine-{number}", f"{self.prefix}{number}", f"10.99.0.{number}"
        run("ip", "netns", "add", link)
        run("ip", "-n", f"{self.prefix}c", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", link)
        # The same hardware address whenever it is renewed: what others remember of it stays right.
        run("ip", "-n", link, "link", "set", "eth0", "address", f"02:00:00:00:00:{number:02x}")
        run("ip", "-n", f"{self.prefix}c", "link", "set", link, "master", "bridge", "up")
        for words in (
            ["addr", "add", f"{address}/24", "dev", "eth0"],
            ["link", "set", "eth0", "up"],
            ["link", "set", "lo", "up"],
        ):
            run("ip", "-n", link, *words)
        process = subprocess.Popen(
            ["ip", "netns", "exec", link, "unshare", "-mpui", "--fork", "--kill-child", "--",
             str(HERE / "machine.sh"), str(self.base), str(self.folder / name), name,
             f"{self.key}.pub", self.disk, str(CACHE)],
            stdout=(self.folder / f"{name}.log").open("wb"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        machine = Machine(name, address, link, process)
        self._await(machine)
        return machine

    def remove(self, machine: Machine) -> None:
        machine.process.kill()
        machine.process.wait()
        subprocess.run(["ip", "netns", "del", machine.link], check=False, capture_output=True)
        subprocess.run(["ip", "-n", f"{self.prefix}c", "link", "del", machine.link], check=False, capture_output=True)
        (self.control / ".ssh/known_hosts").unlink(missing_ok=True)

    def _await(self, machine: Machine) -> None:
        probe = self.words("bash", "-c", f"read -t 2 line </dev/tcp/{machine.address}/22 && [[ $line == SSH* ]]")
        for _ in range(200):
            if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / f"{machine.name}.log").read_text())

    def open(self) -> None:
        self.key.parent.mkdir(parents=True, mode=0o700)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key)
        control = f"{self.prefix}c"
        run("ip", "netns", "add", control)
        run("ip", "-n", control, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", control, "addr", "add", "10.99.0.254/24", "dev", "bridge")
        for link in ("lo", "bridge"):
            run("ip", "-n", control, "link", "set", link, "up")

    def close(self) -> None:
        for machine in self.machines:
            self.remove(machine)
        subprocess.run(["ip", "netns", "del", f"{self.prefix}c"], check=False, capture_output=True)


@contextlib.contextmanager
def opened(count: int, *packages: str, suite: str = "", disk: str = "200m") -> Iterator[Site]:
    """A site with so many fresh machines, with these packages besides; `suite` is Debian's, "" this machine's own.
    Their disks are small, so that they can be filled."""
    base = CACHE / "-".join(["machine-base-5", *filter(None, [suite]), *packages])
    run(HERE / "base.sh", base, suite, *packages)
    with tempfile.TemporaryDirectory(prefix="machines-", dir="/var/tmp") as folder:
        site = Site(Path(folder), f"cl{os.getpid() % 100000}x", base, disk)
        try:
            site.open()
            for _ in range(count):
                site.add()
            yield site
        finally:
            site.close()
