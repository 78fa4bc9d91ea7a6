"""Each rule of the boundary, taken out of the program: what it refuses works then, so the attempt is a real one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from claude_local_setup.session.battery.attempts import ATTEMPTS
from tests import installed
from tests.fakes.messages_api import MessagesApi
from tests.homes import Home

SECRETS = {
    ".ssh/id_ed25519": "key",
    ".aws/credentials": "key",
    ".gnupg/private": "key",
    ".claude/.credentials.json": "key",
    ".claude.json": "{}",
    ".claude/ide/none": "",
    ".claude-local/workspaces/another/history": "line",
    ".netrc": "key",
    ".git-credentials": "key",
    ".bash_history": "line",
    ".bashrc": "",
    ".profile": "",
    ".config/claude-local-setup/config.toml": '[server]\nmanagement_url = ""\n',
}

# rule -> (module of the session program, text, what stands there instead), and the attempts that work then
RULES: dict[str, tuple[list[tuple[str, str, str]], set[str]]] = {
    "an own /tmp": (
        [
            (
                "jail/rules.py",
                'yield Room("/tmp", "private, gone afterwards", there.tmp_percent)',
                'yield Tree("/tmp", "", writable=True)',
            )
        ],
        {"find the host's /tmp"},
    ),
    "the home by allow-list": (
        [("jail/rules.py", "yield Folder(there.real_home,", "yield Tree(there.real_home,")],
        {
            "read ~/.ssh",
            "read ~/.aws",
            "read ~/.gnupg",
            "read the normal claude's credentials",
            "read ~/.claude.json",
            "read ~/.netrc or ~/.git-credentials",
            "read ~/.bash_history",
            "read anything else of the home",
        },
    ),
    "what is shown is read-only": (
        [
            ("jail/trees.py", "kernel.confine_tree(tree, read_only=not mount.writable)\n        return", "return"),
            ("jail/rules.py", "yield Folder(there.real_home,", "yield Tree(there.real_home,"),
        ],
        {
            "write outside the workspace",
            "change a file outside the workspace",
            "write outside through a link",
            "write in the home directory",
            "change ~/.bashrc",
            "change the wrapper",
            "change what apply recorded",
            "change the config",
            "change enforced.json",
            "change the seccomp filter",
            "change the session program",
            "add to what binds the session",
            "read ~/.ssh",
            "read ~/.aws",
            "read ~/.gnupg",
            "read the normal claude's credentials",
            "read ~/.claude.json",
            "read ~/.netrc or ~/.git-credentials",
            "read ~/.bash_history",
            "read anything else of the home",
        },
    ),
    "a read-only root": (
        [("jail/building.py", " | kernel.MS_NODEV | kernel.MS_RDONLY", " | kernel.MS_NODEV")],
        {
            "write in the jail's own root",
            "write in the home directory",
            "change ~/.bashrc",
            "change the config",
            "read anything else of the home",
        },
    ),
    "what runs outside is kept": (
        [("jail/rules.py", "    made += there.protected\n", "")],
        {
            "plant a git hook",
            "plant a hook where core.hooksPath leads",
            "plant a hook in a submodule",
            "change .git/config",
            "change a submodule's config",
            "change .vscode",
            "change .idea",
            "change .envrc",
            "change .mcp.json",
            "change .claude/settings.json",
            "change a read-only file by a hard link",
            "move .git away",
            "move a submodule's folder away",
            "move .claude away",
        },
    ),
    "what holds it cannot be moved": (
        [
            (
                "jail/rules.py",
                "made += there.protected\n",
                "made += [held for held in there.protected if not held.writable]\n",
            )
        ],
        {"move .git away", "move a submodule's folder away", "move .claude away"},
    ),
    "a state of each workspace's own": (
        [("jail/rules.py", "there.state, writable=True", 'there.real_home + "/.claude-local", writable=True')],
        {"read what another workspace's sessions have kept"},
    ),
    "sockets are closed": (
        [("jail/rules.py", "covering.visible(made, there.sockets)", "()")],
        {"reach a socket of the host", "reach a socket in the workspace"},
    ),
    "a network of its own": (
        [
            ("jail/entering.py", "(kernel.CLONE_NEWNET if private else 0)", "0"),
            ("jail/namespaces.py", "inside.listeners(plan.listen) if plan.private else []", "[]"),
            ("run/running.py", "count = 2 if self.plan.private else 1", "count, self.plan.listen = 2, []"),
            ("run/running.py", "zip(told[count:], self.ways", "zip([], self.ways"),
        ],
        {
            "reach a socket without a path",
            "reach another port of this machine",
            "find another network interface",
            "find a way to the internet",
        },
    ),
    "no network cards": (
        [("shown/system.py", '("/sys/kernel/mm",', '("/sys",')],
        {"learn of the host's network cards"},
    ),
    "mounts of its own": (
        [
            (
                "linux/kernel.py",
                "(_RDONLY if read_only else 0), 0, MS_PRIVATE, 0)",
                "(_RDONLY if read_only else 0), 0, 0, 0)",
            ),
            ("jail/entering.py", 'kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)', "pass"),
        ],
        {"take over what is mounted on the host later"},
    ),
    "processes of its own": (
        [
            ("jail/entering.py", " | kernel.CLONE_NEWPID", ""),
            (
                "jail/namespaces.py",
                'kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID',
                'len("x") or (kernel.MS_NOSUID',
            ),
            ("jail/rules.py", '"--unshare-pid", ', ""),
            ("jail/rules.py", '"--proc", "/proc"', '"--bind", "/proc", "/proc"'),
        ],
        {"see a process of the host", "send the caller a signal"},
    ),
    "no capabilities": ([("jail/rules.py", '"--cap-drop", "ALL"', '"--cap-add", "ALL"')], {"hold capabilities"}),
    "no namespaces within": (
        [("jail/entering.py", "if not plan.nested:", "if False:")],
        {"make namespaces of its own"},
    ),
    "the seccomp filter": (
        [("jail/namespaces.py", '"--seccomp", str(filtered), ', "")],
        {
            "run without the seccomp filter",
            "use the kernel's keyrings",
            "use io_uring",
            "hold a descriptor of the host's",  # the filter's own, which bubblewrap would have closed
            "open a vsock to a virtual machine's host",
        },
    ),
    "an environment of its own": (
        [
            ("jail/rules.py", '        "--clearenv",\n', ""),
            ("jail/namespaces.py", '{"PATH": os.environ.get("PATH", "")}', "os.environ"),
        ],
        {"read the caller's environment", "find the ssh-agent", "find the screen"},
    ),
    "no inherited files": (
        [
            ("process.py", "    kernel.close_all()\n", ""),
            ("jail/namespaces.py", "    kernel.close_all_on_exec()\n", ""),
        ],
        {"read the caller's open files", "hold a descriptor of the host's"},
    ),
    "no descriptors left open": (
        [("jail/namespaces.py", "    kernel.close_all_on_exec()\n", "    os.dup2(os.open('/', os.O_PATH), 9)\n")],
        {"hold a descriptor of the host's"},
    ),
    "an empty home": (
        [
            ("run/scene.py", "if not strict else []", ""),
            ("jail/rules.py", "[] if there.strict else there.rows", "there.rows"),
        ],
        {"read the toolchains in the home"},
    ),
}

# What no rule of ours refuses, or cannot be had on every machine that runs the tests.
OTHERWISE = {
    "write in the system": "root's files are root's without a jail too",
    "take a protection off": "the kernel locks the mounts that a namespace inherits",
    "become root": "the tester may not use sudo; no_new_privs is tried by `gain privileges`",
    "gain privileges": "bubblewrap always sets no_new_privs; tried without a jail below",
    "replace enforced.json": "it is a mount of its own, in a root that is read-only besides",
    "reach D-Bus": "the rule is that of /run, which holds no bus on a machine without a desktop",
    "reach the container engine": "the same",
}


def set_up(home: Home, level: str = "session", base_url: str = "http://127.0.0.1:8080") -> None:
    for name, content in SECRETS.items():
        home.write(name, content)
    home.extra |= {"SSH_AUTH_SOCK": "/nonexistent/agent", "DISPLAY": ":99"}
    home.setup("config", "set", "isolation.level", level)
    home.setup("config", "set", "server.base_url", base_url)
    assert home.json("apply", "-y")["failed"] == 0


# A machine where what is mounted later is seen in all namespaces, as systemd has it.
SHARED = ("unshare", "--user", "--map-current-user", "--mount", "--propagation", "shared", "--")


def what_worked(home: Home) -> set[str]:
    done = home.run(*SHARED, sys.executable, "-m", "claude_local_setup", "verify", "--json")
    findings = json.loads(done.stdout)["hosts"][0]["findings"]
    failed = [finding for finding in findings if finding["check"].startswith("boundary") and not finding["ok"]]
    assert {finding["problem"] for finding in failed} <= {"it worked"}
    return {finding["check"].removeprefix("boundary: ").removesuffix(", refused") for finding in failed}


@pytest.mark.parametrize("level", ["session", "strict"])
def test_the_whole_battery_passes(home: Home, level: str) -> None:
    set_up(home, level)
    assert what_worked(home) == set()
    assert len(ATTEMPTS) > 50


@pytest.mark.parametrize("rule", RULES)
def test_without_the_rule_the_attempt_works(plain_home: Home, rule: str) -> None:
    with MessagesApi() as api:  # without a network of its own, too, the server is reached
        assert_works_without(rule, plain_home, api.base_url)


def test_whatever_a_home_is_called_its_sockets_are_there_to_be_reached(home: Home) -> None:
    assert_works_without("sockets are closed", home)


def test_where_nothing_can_be_reached_that_is_a_problem(plain_home: Home) -> None:
    set_up(plain_home)
    installed.change(plain_home, ("battery/beside.py", "listener.listen(16)", "listener.close()"))
    findings = plain_home.json("verify")["hosts"][0]["findings"]
    (finding,) = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert not finding["ok"]
    assert "nothing could be tried: no service of this machine's own" in finding["problem"]


def assert_works_without(rule: str, home: Home, base_url: str = "http://127.0.0.1:8080") -> None:
    set_up(home, "strict" if rule == "an empty home" else "session", base_url)
    changes, expected = RULES[rule]
    installed.change(home, *changes)
    try:
        assert what_worked(home) == expected
    finally:
        end_processes_of(home)


def end_processes_of(home: Home) -> None:
    """Where processes have no namespace of their own, a jail's relays outlive it."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"HOME={home.path}".encode() in environ.read_bytes().split(b"\0"):
                os.kill(int(environ.parent.name), signal.SIGKILL)


def test_every_attempt_is_tried_without_its_rule() -> None:
    tried = {attempt for _, expected in RULES.values() for attempt in expected}
    assert {attempt.name for attempt in ATTEMPTS if not attempt.works} == tried | set(OTHERWISE)


def test_without_a_jail_privileges_could_be_gained() -> None:
    (attempt,) = [attempt for attempt in ATTEMPTS if attempt.name == "gain privileges"]
    assert subprocess.run(["sh", "-c", attempt.command], check=False).returncode == 0
