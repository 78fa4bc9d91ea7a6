"""Each rule of the boundary, taken out of the wrapper: what it refuses works then, so the attempt is a real one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from claude_local_setup.battery import ATTEMPTS
from tests.homes import Home

SECRETS = {
    ".ssh/id_ed25519": "key",
    ".aws/credentials": "key",
    ".gnupg/private": "key",
    ".claude/.credentials.json": "key",
    ".claude.json": "{}",
    ".netrc": "key",
    ".git-credentials": "key",
    ".bash_history": "line",
    ".bashrc": "",
    ".profile": "",
    ".config/claude-local-setup/config.toml": '[server]\nmanagement_url = ""\n',
}

# rule -> (text of the wrapper, what stands there instead), and the attempts that work then
RULES: dict[str, tuple[list[tuple[str, str]], set[str]]] = {
    "an own /tmp": (
        [
            ("for folder in /dev/shm /tmp /var/tmp; do", "for folder in /dev/shm; do"),
            ("jail+=(--ro-bind / /", "jail+=(--bind / /"),
        ],
        {"find the host's /tmp"},
    ),
    "a read-only home": (
        [('    see_but_secrets "$real_home"\n', '    open "$real_home"\n')],
        {
            "write outside the workspace",
            "change a file outside the workspace",
            "write outside through a link",
            "write in the home directory",
            "change ~/.bashrc",
            "change the wrapper",
            "change what apply recorded",
            "change the config",
        },
    ),
    "what binds the session is read-only": (
        [('for file in "$enforced" "$filter" "$config_dir/model"; do', "for file in; do")],
        {"change enforced.json", "replace enforced.json", "change the seccomp filter", "change the model script"},
    ),
    "what runs outside is read-only": (
        [("keep() {", "keep() { return 0;")],
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
            "change enforced.json",
            "replace enforced.json",
            "change the seccomp filter",
            "change the model script",
        },
    ),
    "what holds it cannot be moved": (
        [("pin() {", "pin() { return 0;")],
        {"move .git away", "move a submodule's folder away", "move .claude away"},
    ),
    "secrets are hidden": (
        [("  find_secrets\n", "  declare -gA secret_paths=()\n"), ("  see_ides\n", "  :\n")],
        {
            "read ~/.ssh",
            "read ~/.aws",
            "read ~/.gnupg",
            "read the normal claude's credentials",
            "read ~/.claude.json",
            "read ~/.netrc or ~/.git-credentials",
            "read ~/.bash_history",
        },
    ),
    "sockets are closed": (
        [("  close_sockets\n", "  :\n")],
        {"reach a socket of the host", "reach a socket in the workspace"},
    ),
    "a network of its own": (
        [("jail+=(--unshare-net)", ":")],
        {
            "reach a socket without a path",
            "reach another port of this machine",
            "find another network interface",
            "find a way to the internet",
        },
    ),
    "mounts of its own": (
        [('  "${apart[@]}" "${around[@]}" "$bwrap" --args', '  "${around[@]}" "$bwrap" --args')],
        {"take over what is mounted on the host later"},
    ),
    "processes of its own": (
        [
            ("jail=(--unshare-user --unshare-pid ", "jail=(--unshare-user "),
            ("jail+=(--ro-bind / / --dev /dev --proc /proc)", "jail+=(--ro-bind / / --dev /dev --bind /proc /proc)"),
        ],
        {"see a process of the host"},
    ),
    "no capabilities": (
        [("--die-with-parent --cap-drop ALL)\n", "--die-with-parent --cap-add ALL)\n")],
        {"hold capabilities"},
    ),
    "the seccomp filter": (
        [('--args "$arguments" --seccomp 9 -- ', '--args "$arguments" -- ')],
        {"run without the seccomp filter", "use the kernel's keyrings", "open a vsock to a virtual machine's host"},
    ),
    "an environment of its own": (
        [("--clearenv ", "")],
        {"read the caller's environment", "find the ssh-agent", "find the screen"},
    ),
    "no inherited files": ([("  close_inherited\n  follow", "  follow")], {"read the caller's open files"}),
    "an empty home": (
        [("if [[ $level != strict ]]; then\n    see_but_secrets", "if true; then\n    see_but_secrets")],
        {"read anything else of the home"},
    ),
}

# What no rule of the wrapper's own refuses, or cannot be had on every machine that runs the tests.
OTHERWISE = {
    "write in the system": "root's files are root's without a jail too",
    "take a protection off": "the kernel locks the mounts that a namespace inherits",
    "become root": "the tester may not use sudo; no_new_privs is tried by `gain privileges`",
    "gain privileges": "bubblewrap always sets no_new_privs; tried without a jail below",
    "reach D-Bus": "the rule is that of /run, which holds no bus on a machine without a desktop",
    "reach the container engine": "the same",
}


def set_up(home: Home, level: str = "session") -> None:
    for name, content in SECRETS.items():
        home.write(name, content)
    home.extra |= {"SSH_AUTH_SOCK": "/nonexistent/agent", "DISPLAY": ":99"}
    home.setup("config", "set", "isolation.level", level)
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
    assert_works_without(rule, plain_home)


def test_whatever_a_home_is_called_its_sockets_are_there_to_be_reached(home: Home) -> None:
    assert_works_without("sockets are closed", home)


def test_where_nothing_can_be_reached_that_is_a_problem(plain_home: Home) -> None:
    set_up(plain_home)
    plain_home.write("bin/socat", "#!/bin/sh\nexit 1\n").chmod(0o755)
    plain_home.extra["PATH"] = f"{plain_home.path}/bin:/usr/bin:/bin"
    findings = plain_home.json("verify")["hosts"][0]["findings"]
    (finding,) = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert not finding["ok"]
    assert "nothing could be tried: no service of this machine's own" in finding["problem"]


def assert_works_without(rule: str, home: Home) -> None:
    set_up(home, "strict" if rule == "an empty home" else "session")
    changes, expected = RULES[rule]
    wrapper = home.path / ".local/bin/claude-local"
    text = wrapper.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    wrapper.write_text(text)
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
