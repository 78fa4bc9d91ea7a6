"""First and no-op apply on 1, 4 and 16 SSH hosts, beside Ansible's same tasks (forks=16, pipelining), as ratios.

Run as root, from the repo's root: `python -m benchmarks.fleet`. The hosts are the machines of the tests, all on this
one, so that their share of the work counts too. Ansible is installed from PyPI into a venv of its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.homes import CACHE
from tests.real.machines import Site, opened

COUNTS = (1, 4, 16)
ROUNDS = 5
PLAYBOOK = """\
- hosts: all
  gather_facts: false
  tasks:
    - apt: {name: [bubblewrap, socat], install_recommends: false, update_cache: true, cache_valid_time: 86400}
      become: true
    - file: {path: ~/.claude-local, state: directory, mode: "0700"}
    - file: {path: ~/.local/share/claude-local, state: directory}
    - copy: {src: seccomp.bpf, dest: ~/.local/share/claude-local/seccomp.bpf, mode: "0644"}
    - copy: {src: enforced.json, dest: ~/.local/share/claude-local/enforced.json, mode: "0600"}
    - copy: {src: settings.json, dest: ~/.claude-local/settings.json, mode: "0600"}
    - copy: {src: claude.json, dest: ~/.claude-local/.claude.json, mode: "0600", force: false}
    - blockinfile: {path: ~/.claude-local/CLAUDE.md, block: "{{ lookup('file', 'CLAUDE.md') }}", create: true}
    - file: {path: ~/.claude-local/ide, src: ~/.claude/ide, state: link, force: true}
    - file: {path: ~/.local/bin, state: directory}
    - copy: {src: claude-local, dest: ~/.local/bin/claude-local, mode: "0755"}
    - blockinfile: {path: ~/.bashrc, block: "alias claude-local=~/.local/bin/claude-local"}
"""
CONFIG = """\
[defaults]
forks = 16
host_key_checking = false
interpreter_python = /usr/bin/python3
[ssh_connection]
pipelining = true
"""
FILES = {"seccomp.bpf": ".local/share/claude-local/seccomp.bpf",
         "enforced.json": ".local/share/claude-local/enforced.json",
         "settings.json": ".claude-local/settings.json", "claude.json": ".claude-local/.claude.json",
         "CLAUDE.md": ".claude-local/CLAUDE.md", "claude-local": ".local/bin/claude-local"}  # fmt: skip


def ansible() -> Path:
    """ansible-playbook, in a venv of its own."""
    venv = CACHE / "ansible"
    if not (venv / "bin/ansible-playbook").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "-q", "ansible-core"], check=True)
    return venv / "bin/ansible-playbook"


def write_playbook(site: Site) -> None:
    """The same content as ours, taken from a machine that has it."""
    folder = site.control / "ansible"
    (folder / "files").mkdir(parents=True)
    for name, path in FILES.items():
        lines = (site.machines[0].home() / path).read_bytes().splitlines(keepends=True)
        # Without our marks: a block of ours within Ansible's would be a change for both, each time.
        kept = [line for line in lines if name != "CLAUDE.md" or not line.startswith(b"<!-- ")]
        (folder / "files" / name).write_bytes(b"".join(kept))
    (folder / "play.yml").write_text(PLAYBOOK)
    (folder / "ansible.cfg").write_text(CONFIG)
    hosts = [
        f"{m.name} ansible_host={m.address} ansible_user=dev ansible_ssh_private_key_file={site.key}\n"
        for m in site.machines
    ]
    (folder / "hosts.ini").write_text("".join(hosts))


def seconds(site: Site, *words: str) -> float:
    folder = site.control / "ansible"
    begun = time.perf_counter()
    env = {**site.env, "ANSIBLE_CONFIG": str(folder / "ansible.cfg")}
    done = subprocess.run(site.words(*words), env=env, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - begun


def renew(site: Site) -> None:
    for machine in list(site.machines):
        site.renew(machine)
    equip(site)


def equip(site: Site) -> None:
    """A claude on each, as on anybody's workstation: where none is found, a login shell is asked for it."""
    for machine in site.machines:
        program = machine.root / "usr/local/bin/claude"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)


def measure(count: int) -> tuple[float, float, float, float]:
    """Seconds: ours first and no-op, Ansible's first and no-op (medians, interleaved)."""
    with opened(count, "python3", "python3-apt") as site:
        inventory = site.inventory([site.host(machine) for machine in site.machines])
        ours = (sys.executable, "-m", "claude_local_setup", "apply", "-y", "--json", "-i", inventory)
        equip(site)
        (site.control / "ansible").mkdir()
        first = seconds(site, *ours)
        (site.control / "ansible").rmdir()
        write_playbook(site)
        theirs = (str(ansible()), "-i", "hosts.ini", "play.yml")
        renew(site)
        their_first = seconds(site, *theirs)
        renew(site)
        seconds(site, *ours)
        seconds(site, *theirs)
        seconds(site, *ours)  # what Ansible's blocks have changed
        rounds: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            rounds.append((seconds(site, *ours), seconds(site, *theirs)))
        assert site.json("apply", "-y", "-i", inventory)["changed"] == 0
        no_op, their_no_op = (statistics.median(column) for column in zip(*rounds, strict=True))
        return first, no_op, their_first, their_no_op


def main(show: Callable[[str], None] = print) -> None:
    show(f"{'hosts':>5}  {'first':>7}  {'no-op':>7}  {'Ansible':>8}  {'no-op':>7}  {'ratio':>6}  {'no-op':>6}")
    alone = 0.0
    for count in COUNTS:
        first, no_op, their_first, their_no_op = measure(count)
        alone = alone or no_op
        show(
            f"{count:>5}  {first:>6.2f}s  {no_op:>6.2f}s  {their_first:>7.2f}s  {their_no_op:>6.2f}s"
            f"  {their_first / first:>5.1f}x  {their_no_op / no_op:>5.1f}x"
        )
    show(f"no-op, {COUNTS[-1]} hosts: {no_op / alone:.1f} times one host")


if __name__ == "__main__":
    main()
