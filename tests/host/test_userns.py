"""Whether a host needs a profile for bubblewrap, from states recorded on real ones; and what is then put there."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from claude_local_setup.config.keys import Config, Isolation
from claude_local_setup.content.program import values
from claude_local_setup.content.setup import setup
from claude_local_setup.entries.actions import Step, root_commands
from claude_local_setup.entries.bwrap_copy import HOOK_TEXT, PROFILE_TEXT
from claude_local_setup.host import paths, userns
from claude_local_setup.host.actual import Actual, Node
from claude_local_setup.host.probe import probe_here
from claude_local_setup.state.plan import plan
from claude_local_setup.state.target import probed_paths, target_state
from tests.homes import CACHE

MAP = "bwrap: setting up uid map: Permission denied"
NETWORK = "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted"
MAKE = "unshare: unshare failed: Permission denied"
APART = "unshare: write failed /proc/self/uid_map: Operation not permitted"
MOUNTS = "unshare: cannot change root filesystem propagation: Permission denied"
REFUSED = "unshare: unshare failed: Operation not permitted"
REFUSED_INSIDE = (
    "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user "
    "namespaces. See <https://deb.li/bubblewrap> or <file:///usr/share/doc/bubblewrap/README.Debian.gz>."
)

# What the probe finds on each, and whether our copy is needed there. Where the setting is 1 unshare is asked, which
# runs bubblewrap if it is there: Ubuntu 25.04 lets plain bubblewrap through by a profile, but not unshare.
HOSTS: dict[str, tuple[dict[str, str], bool]] = {
    "Debian 12": ({"apparmor": "", "userns_clone": "1"}, False),
    "Debian 12, fresh": ({"apparmor": "", "userns_clone": "1", "bwrap": ""}, False),
    "Debian 13": ({"apparmor": "", "userns_clone": "1"}, False),
    "Ubuntu 22.04": ({"apparmor": "", "userns_clone": "1"}, False),
    "Ubuntu 23.10, not enforced": ({"apparmor": "0"}, False),
    "Ubuntu 24.04": ({"apparmor": "1", "userns": APART}, True),
    "Ubuntu 24.04, fresh": ({"apparmor": "1", "userns": APART, "bwrap": ""}, True),
    "Ubuntu 24.04, setting switched off": ({"apparmor": "0", "userns": ""}, False),
    "Ubuntu 24.04, unprivileged_userns not loaded": ({"apparmor": "1", "userns": MAKE}, True),
    "Ubuntu 24.04, the admin's own profile on unshare": ({"apparmor": "1", "userns": MAP}, True),
    "Ubuntu 24.04, on unshare and mounts": ({"apparmor": "1", "userns": NETWORK}, True),
    "Ubuntu 24.04, on both": ({"apparmor": "1", "userns": "ok"}, False),
    "Ubuntu 25.04": ({"apparmor": "1", "userns": MOUNTS}, True),
    "Ubuntu 25.04, fresh": ({"apparmor": "1", "userns": APART, "bwrap": ""}, True),
    "Ubuntu 25.10, in a container": ({"apparmor": "1", "userns": REFUSED}, False),
}
DEFAULTS = {"bwrap": "/usr/bin/bwrap", "userns": "", "bwrap_copy": "", "userns_clone": ""}


def recorded(**facts: str) -> Actual:
    """This machine's own state, with another host's answers in it."""
    here = probe_here(probed_paths(Config()))
    tools = {"apt": "/usr/bin/apt-get", "sudo": "/usr/bin/sudo", "socat": "/usr/bin/socat"}
    return replace(here, facts={**here.facts, **tools, **DEFAULTS, **facts})


def step(actual: Actual, name: str, config: Config | None = None) -> Step | None:
    config = config or Config()
    return next((item for item in plan(target_state(config, actual), actual) if item.name == name), None)


@pytest.mark.parametrize("host", HOSTS)
def test_a_copy_with_a_profile_is_put_only_where_a_jail_cannot_start_otherwise(host: str) -> None:
    facts, needed = HOSTS[host]
    actual = recorded(**facts)
    assert userns.needs_copy(Config(), actual) is needed
    assert (step(actual, "AppArmor profile") is not None) is needed
    assert json.loads(values(setup(Config(), actual)))["bwrap"] == (paths.BWRAP_COPY if needed else "bwrap")


@pytest.mark.parametrize("level", ["config", "bash"])
def test_levels_without_a_jail_need_none(level: str) -> None:
    config = Config(isolation=Isolation(level=level))
    assert not userns.needs_copy(config, recorded(apparmor="1", userns=MAP))


def test_the_plan_shows_profile_and_commands_and_leaves_the_system_s_own_alone() -> None:
    found = step(recorded(apparmor="1", userns=NETWORK), "AppArmor profile")
    assert found is not None
    assert found.action
    assert "+profile claude-local-bwrap /usr/lib/claude-local/bwrap" in found.diff
    commands = [" ".join(words) for words in root_commands([found])]
    assert commands[0] == "install -D -m 0755 /usr/bin/bwrap /usr/lib/claude-local/bwrap"
    assert commands[-1] == "apparmor_parser -r /etc/apparmor.d/claude-local-bwrap"
    assert not [line for line in commands if "sysctl" in line or "/etc/apparmor.d/bwrap" in line]


def put(actual: Actual, copy: str) -> Actual:
    texts = {paths.PROFILE: PROFILE_TEXT, paths.APT_HOOK: HOOK_TEXT}
    nodes = {path: Node("file", 0o644, 0, path, readable=True, content=text.encode()) for path, text in texts.items()}
    return replace(actual, nodes={**actual.nodes, **nodes}, facts={**actual.facts, "bwrap_copy": copy})


def test_it_is_put_once_and_refreshed_when_bubblewrap_was_upgraded() -> None:
    blocked = recorded(apparmor="1", userns=NETWORK)
    done, stale = step(put(blocked, "fresh"), "AppArmor profile"), step(put(blocked, ""), "AppArmor profile")
    assert done is not None
    assert done.change == "none"
    assert stale is not None
    assert [words[0] for words in root_commands([stale])] == ["install", "apparmor_parser"]


@pytest.mark.parametrize(
    ("answer", "facts", "problem", "remedy"),
    [
        ("ok", {}, "", ""),
        (MAP, {"apparmor": "1"}, "mapping the user", "apply"),
        (NETWORK, {"apparmor": "1"}, "configuring a private network", "apply"),
        (MAKE, {"apparmor": "1"}, "making a namespace", "apply"),
        (APART, {"apparmor": "1"}, "mapping the user", "apply"),
        (MOUNTS, {"apparmor": "1"}, "setting its mounts apart", "apply"),
        ("unshare: unshare failed: No space left on device", {}, "limit of namespaces", "user.max_user_namespaces"),
        (REFUSED, {"userns_clone": "0"}, "namespaces are off", "kernel.unprivileged_userns_clone=1"),
        (REFUSED_INSIDE, {"userns_clone": "0"}, "namespaces are off", "kernel.unprivileged_userns_clone=1"),
        (REFUSED, {"userns_clone": "1"}, "a container, a jail or an AppArmor profile", "on the host itself"),
        (
            "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
            {},
            "limit of namespaces",
            "user.max_user_namespaces",
        ),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", {}, "/proc is masked", "systempaths"),
        ("bwrap: Can't mount proc on /proc: Operation not permitted", {}, "/proc is masked", "systempaths"),
        ("bwrap: setting up uid map: Read-only file system", {}, "a jail itself", "outside"),
        ("bwrap: Can't read /proc/sys/kernel/overflowuid: No such file or directory", {}, "no /proc", "mount"),
        ("bwrap: setuid use of bubblewrap is not supported", {}, "setuid", "chmod u-s"),
        ("", {"bwrap": ""}, "bubblewrap is missing", "apply"),
        ("", {}, "could not be tried", "bwrap --ro-bind"),
    ],
)
def test_each_cause_has_its_own_sentence_and_remedy(
    answer: str, facts: dict[str, str], problem: str, remedy: str
) -> None:
    said = userns.problem(recorded(**facts), answer)
    assert problem in said[0]
    assert remedy in said[1]
    assert bool(said[0]) == bool(said[1]) == (answer != "ok")


@pytest.mark.root
def test_the_profile_is_compiled_by_the_real_parser() -> None:
    words = [str(Path(__file__).parents[1] / "real/machines/apparmor.sh"), str(CACHE / "apparmor-4")]
    good = subprocess.run(words, input=PROFILE_TEXT, text=True, capture_output=True, check=False)
    assert good.returncode == 0, good.stderr
    assert "error" not in good.stderr.lower()
    broken = PROFILE_TEXT.replace("allow userns", "allow usernss")
    assert subprocess.run(words, input=broken, text=True, capture_output=True, check=False).returncode != 0
