"""Whether a host needs a profile for bubblewrap, from states recorded on real ones; and what is then put there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from claude_local_setup.checks.findings import quick_findings
from claude_local_setup.checks.host import user_namespaces
from claude_local_setup.config.keys import Config, Isolation
from claude_local_setup.content.program import values
from claude_local_setup.content.setup import setup
from claude_local_setup.entries.actions import Step, root_commands
from claude_local_setup.entries.bwrap_copy import HOOK_TEXT, PROFILE_TEXT, BwrapCopy, profile_text
from claude_local_setup.entries.record import Put, Record
from claude_local_setup.host import paths, userns
from claude_local_setup.host.actual import Actual, Node
from claude_local_setup.host.probe import probe_here, read, script
from claude_local_setup.state.plan import plan
from claude_local_setup.state.target import probed_paths, target_state
from claude_local_setup.state.undo import undo
from tests.homes import CACHE, Home

SETUP = (sys.executable, "-m", "claude_local_setup")

MAP = "bwrap: setting up uid map: Permission denied"
NETWORK = "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted"
MAKE = "unshare: unshare failed: Permission denied"
APART = "unshare: write failed /proc/self/uid_map: Operation not permitted"
MOUNTS = "unshare: cannot change root filesystem propagation: Permission denied"
REFUSED = "unshare: unshare failed: Operation not permitted"
FULL = "unshare: unshare failed: No space left on device"
INNER = (
    "bwrap: No permissions to create a new namespace, likely because the kernel does not allow non-privileged user "
    "namespaces. See <https://deb.li/bubblewrap> or <file:///usr/share/doc/bubblewrap/README.Debian.gz>."
)

# States of kernels with Ubuntu's restriction: what the probe finds in each, whether our copy is needed there before
# there is one, and once there is. Where the setting is 1 unshare is asked, which runs bubblewrap.
ON, OFF = {"apparmor": "1"}, {"apparmor": "0"}
STATES: dict[str, tuple[dict[str, str], bool, bool]] = {
    "no such setting: Debian, Fedora, Arch, Ubuntu 22.04": ({"apparmor": ""}, False, False),
    "s1, setting 0: Ubuntu 23.10, or switched off": (OFF, False, False),
    "s2, no profile of bwrap: Ubuntu 24.04": ({**ON, "userns": APART}, True, True),
    "s2, without bubblewrap": ({**ON, "userns": APART, "bwrap": ""}, True, True),
    "s2, the admin's own profile on unshare": ({**ON, "userns": MAP}, True, True),
    "s2, on unshare and mounts": ({**ON, "userns": NETWORK}, True, True),
    "s2, on both": ({**ON, "userns": "ok"}, False, False),
    "s3, with the stock profile: Ubuntu 25.04": ({**ON, "userns": APART}, True, True),
    "s3, unshare with a profile of the admin's": ({**ON, "userns": MOUNTS}, True, True),
    "s3u, with unshare-userns-restrict": ({**ON, "userns": REFUSED}, True, True),
    "s3u, in bubblewrap's words": ({**ON, "userns": INNER}, True, True),
    "s4, unconfined programs restricted too: Ubuntu 26.04": ({**ON, "userns": APART}, True, True),
    "s5a, unprivileged_userns_clone=0": ({**ON, "userns": REFUSED, "userns_clone": "0"}, False, True),
    "s5b, max_user_namespaces=0": ({**ON, "userns": FULL, "max_userns": "0"}, False, True),
    "s6, unprivileged_userns not loaded": ({**ON, "userns": MAKE}, True, True),
    "s7, stock profile, setting 0": (OFF, False, False),
    "words that nobody has seen": ({**ON, "userns": "unshare: unheard of"}, True, True),
    "in a container with a profile": ({**ON, "userns": REFUSED, "around": "the AppArmor profile x"}, False, True),
    "in one without, which filters": ({**ON, "userns": REFUSED, "around": "a seccomp filter"}, False, True),
    "in an editor whose profile allows it": ({**ON, "userns": "ok", "around": "the AppArmor profile x"}, False, True),
}
DEFAULTS = {
    **{"bwrap": "/usr/bin/bwrap", "userns": "", "userns_clone": "", "max_userns": "15000", "around": ""},
    **{"bwrap_copy": "", "copy_label": "", "uid": "1000", "admin": "1"},
}
CONFINED = {"bwrap_copy": "same", "copy_label": "claude-local-bwrap (enforce)"}


def recorded(**facts: str) -> Actual:
    """This machine's own state, with another host's answers in it."""
    here = probe_here(probed_paths(Config()))
    tools = {"apt": "/usr/bin/apt-get", "sudo": "/usr/bin/sudo", "socat": "/usr/bin/socat"}
    return replace(here, facts={**here.facts, **tools, **DEFAULTS, **facts})


def with_copy(actual: Actual, users: Iterable[int] = (1000,)) -> Actual:
    texts = {paths.PROFILE: profile_text(users), paths.APT_HOOK: HOOK_TEXT}
    nodes = {path: Node("file", 0o644, 0, path, readable=True, content=text.encode()) for path, text in texts.items()}
    return replace(actual, nodes={**actual.nodes, **nodes})


def step(actual: Actual, name: str = "AppArmor profile", config: Config | None = None) -> Step | None:
    config = config or Config()
    return next((item for item in plan(target_state(config, actual), actual) if item.name == name), None)


@pytest.mark.parametrize("state", STATES)
def test_a_copy_with_a_profile_is_put_only_where_a_jail_cannot_start_otherwise(state: str) -> None:
    facts, *needed = STATES[state]
    for actual, wanted in zip((recorded(**facts), with_copy(recorded(**facts))), needed, strict=True):
        assert userns.needs_copy(Config(), actual) is wanted
        assert (step(actual) is not None) is wanted
        assert json.loads(values(setup(Config(), actual)))["bwrap"] == (paths.BWRAP_COPY if wanted else "bwrap")


LABELS = {  # of the terminal's shell, and of what it starts once it asks for no profile -> around, and the answer
    "a plain terminal": ("unconfined", "", APART),
    "one of VS Code, with Ubuntu's profile for it": ("vscode (unconfined)", "", APART),
    "one of an editor that is confined": ("x (enforce)", "the AppArmor profile x (enforce)", "ok"),
}


@pytest.mark.parametrize("terminal", LABELS)
def test_the_probe_asks_as_from_a_plain_terminal(terminal: str, tmp_path: Path) -> None:
    """In VS Code's, whose profile allows namespaces to all that it starts, the jail starts anyway: nowhere else.

    Seen with setting 1 and profile `vscode` with flags=(unconfined): "ok", and a refusal after `exec unconfined`.
    """
    label, around, answer = LABELS[terminal]
    (tmp_path / "setting").write_text("1\n")
    (tmp_path / "current").write_text(label)
    if around:
        (tmp_path / "exec").mkdir()  # it must not leave its profile
    asked = script().replace("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", f"{tmp_path}/setting")
    asked = asked.replace("/proc/self/attr/apparmor/", f"{tmp_path}/")
    unshare = tmp_path / "bin/unshare"
    unshare.parent.mkdir()
    unshare.write_text(f"""#!/bin/sh
        case $(cat {tmp_path}/current)$(cat {tmp_path}/exec 2>/dev/null) in
          unconfined* | *"exec unconfined") echo '{APART}' && exit 1 ;;
        esac
        """)
    unshare.chmod(0o755)
    env = {"PATH": f"{unshare.parent}:/usr/bin:/bin", "HOME": str(tmp_path), "SHELL": "/bin/sh"}
    done = subprocess.run(["sh", "-c", asked, "probe"], env=env, text=True, capture_output=True, check=True)
    facts = read(done.stdout.splitlines()).facts
    assert (facts["apparmor"], facts["around"], facts["userns"]) == ("1", around, answer)


@pytest.mark.parametrize("level", ["config", "bash"])
def test_levels_without_a_jail_need_none(level: str) -> None:
    assert not userns.needs_copy(Config(isolation=Isolation(level=level)), recorded(apparmor="1", userns=MAP))


def test_the_plan_shows_profile_and_commands_and_leaves_the_system_s_own_alone() -> None:
    found = step(recorded(apparmor="1", userns=NETWORK))
    assert found is not None
    assert found.action
    assert "+profile claude-local-bwrap /usr/lib/claude-local/bwrap" in found.diff
    commands = [" ".join(command.words) for command in root_commands([found])]
    assert commands[0] == "install -D -m 0755 /usr/bin/bwrap /usr/lib/claude-local/bwrap"
    assert commands[-1] == "apparmor_parser -r /etc/apparmor.d/claude-local-bwrap"
    assert not [line for line in commands if "sysctl" in line or "/etc/apparmor.d/bwrap" in line]


FRESH = {  # what the probe finds of the copy -> whether all is well with it
    "it is bubblewrap and runs confined": (CONFINED, True),
    "bubblewrap was upgraded": ({**CONFINED, "bwrap_copy": ""}, False),
    "the profile is not loaded": ({**CONFINED, "copy_label": "unconfined"}, False),
    "it does not start": ({**CONFINED, "copy_label": ""}, False),
    "it complains only": ({**CONFINED, "copy_label": "claude-local-bwrap (complain)"}, False),
    "none can start here": ({**CONFINED, "copy_label": "", "max_userns": "0"}, True),
    "an editor's profile asks": ({**CONFINED, "copy_label": "x (complain)", "around": "the AppArmor profile x"}, True),
}


@pytest.mark.parametrize("case", FRESH)
def test_it_is_put_again_until_the_copy_runs_under_its_profile(case: str) -> None:
    facts, is_well = FRESH[case]
    found = step(with_copy(recorded(apparmor="1", userns=NETWORK, **facts)))
    assert found is not None
    words = [command.words[0] for command in root_commands([found])]
    assert words == ([] if is_well else ["install", "apparmor_parser"])


@pytest.mark.parametrize("path", paths.PROFILE_OFF)
def test_an_admin_s_link_that_switches_the_profile_off_is_named(path: str) -> None:
    """`apparmor_parser -r` says "Skipping profile in /etc/apparmor.d/disable" and ends with 0: apply could go on for
    ever. With force-complain it loads it in complain mode, and says nothing."""
    actual = with_copy(recorded(apparmor="1", userns=APART, bwrap_copy="same", copy_label="unconfined"))
    off = replace(actual, nodes={**actual.nodes, path: Node("file", link=True, to="../claude-local-bwrap")})
    found = step(off)
    assert found is not None
    assert (found.change, found.error) == ("failed", f"{path} keeps AppArmor from enforcing the profile")
    assert found.remedy == f"sudo rm {path} && claude-local-setup apply"
    assert path in probed_paths(Config())


@pytest.mark.parametrize(
    ("code", "loaded", "is_fine"),
    [
        (0, "unprivileged_userns (enforce)\n", True),
        (254, "unprivileged_userns (enforce)\n", True),
        (254, "claude-local-bwrap (enforce)\n", False),
    ],
)
def test_a_profile_that_is_not_loaded_does_not_stop_its_removal(
    code: int, loaded: str, is_fine: bool, tmp_path: Path
) -> None:
    """The parser ends with 254 then: 'Unable to remove "claude-local-bwrap".  Profile doesn't exist'."""
    mine = with_copy(recorded(apparmor="1", userns=APART, **CONFINED))
    first = root_commands([undo(record_of(recorded()), mine)])[0]
    (tmp_path / "profiles").write_text(loaded)
    (tmp_path / "apparmor_parser").write_text(f"#!/bin/sh\nexit {code}\n")
    (tmp_path / "apparmor_parser").chmod(0o755)
    words = [word.replace("/sys/kernel/security/apparmor/", f"{tmp_path}/") for word in first.words]
    done = subprocess.run(words, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False)
    assert (done.returncode == 0) is is_fine


def record_of(actual: Actual) -> Record:
    entry = BwrapCopy("AppArmor profile")
    return Record(entry.name, "BwrapCopy", entry.put(), Put(), entry.before(actual))


def test_what_one_user_removes_another_keeps() -> None:
    mine = with_copy(recorded(apparmor="1", userns=NETWORK, **CONFINED))
    both = step(replace(mine, facts={**mine.facts, "uid": "1001"}))
    assert both is not None
    (put,) = [command.given for command in root_commands([both]) if command.given]
    assert put == profile_text([1000, 1001])
    shared = with_copy(mine, [1000, 1001])
    left = BwrapCopy.undone(record_of(shared), shared.node(paths.PROFILE), shared)
    assert [command.given for command in root_commands([left])] == [profile_text([1001])]
    gone = undo(record_of(recorded()), mine)
    assert [command.words[0] for command in root_commands([gone])] == ["sh", "sh", "rm", "rmdir"]
    not_mine = with_copy(mine, [1001])
    assert BwrapCopy.undone(record_of(not_mine), not_mine.node(paths.PROFILE), not_mine).change == "none"


@pytest.mark.parametrize("rights", [{"sudo": ""}, {"sudo": "/usr/bin/sudo", "admin": ""}])
def test_one_who_cannot_become_root_is_content_with_what_another_has_put(rights: dict[str, str]) -> None:
    """Nor does sudo's being there help one whom it refuses."""
    facts = {"apparmor": "1", "userns": NETWORK, "uid": "1001", **rights}
    there = step(with_copy(recorded(**facts, **CONFINED)))
    assert there is not None
    assert there.change == "none"


def test_where_there_is_no_sudo_the_commands_are_for_su() -> None:
    missing = step(recorded(apparmor="1", userns=NETWORK, uid="1001", sudo=""))
    assert missing is not None
    assert missing.change == "failed"
    assert missing.remedy.startswith("su -c 'install -D ")


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "fish"])
def test_the_commands_for_root_work_when_pasted(shell: str, tmp_path: Path) -> None:
    """Below another folder than the root, which only root could write in."""
    found = step(recorded(apparmor="1", userns=NETWORK, sudo=""))
    assert found is not None
    line = found.remedy.replace("/etc/", f"{tmp_path}/etc/").replace("/usr/lib/", f"{tmp_path}/")
    assert "\n" not in line
    for folder in ("bin", "etc/apparmor.d", "etc/apt/apt.conf.d"):
        (tmp_path / folder).mkdir(parents=True)
    stand_ins = {"apparmor_parser": 'cat -- "$2"', "su": 'exec sh -c "$2"', "claude-local-setup": '[ "$1" = apply ]'}
    for name, text in stand_ins.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    env = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run([shell, "-c", line], stdin=subprocess.DEVNULL, text=True, capture_output=True, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace(f"{tmp_path}/", "/usr/lib/") == profile_text([1000])
    assert (tmp_path / "claude-local/bwrap").read_bytes() == Path("/usr/bin/bwrap").read_bytes()


NO_JAIL = "claude-local: no jail can be started on this machine: {}: claude-local-setup verify"
MAKING = NO_JAIL.format("making a namespace: {}")
HOST = "run it on the host itself"


@pytest.mark.parametrize(
    ("answer", "facts", "problem", "remedy"),
    [
        ("ok", {}, "", ""),
        (MAP, ON, "mapping the user", "apply"),
        (NETWORK, ON, "setting up a network", "apply"),
        (MAKE, ON, "making a namespace", "apply"),
        (APART, ON, "mapping the user", "apply"),
        (MOUNTS, ON, "setting its mounts apart", "apply"),
        (NO_JAIL.format("mapping the user in it: Operation not permitted"), ON, "mapping the user", "apply"),
        (MAKING.format("Permission denied"), ON, "making a namespace", "apply"),
        (INNER, ON, "AppArmor", "apply"),
        (MAKING.format("Operation not permitted"), {**ON, "around": "a seccomp filter"}, "a seccomp filter", HOST),
        (MAKING.format("No space left on device"), {}, "limit of namespaces", "user.max_user_namespaces"),
        (FULL, {"max_userns": "0"}, "limit of namespaces", "user.max_user_namespaces"),
        (MAKING.format("Operation not permitted"), {"userns_clone": "0"}, "namespaces are off", "userns_clone=1"),
        (INNER, {"userns_clone": "0"}, "namespaces are off", "kernel.unprivileged_userns_clone=1"),
        (REFUSED, {"userns_clone": "1"}, "a container or a security module", HOST),
        (
            "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
            {},
            "limit of namespaces",
            "user.max_user_namespaces",
        ),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", {}, "/proc is masked", "systempaths"),
        ("bwrap: Can't mount proc on /proc: Operation not permitted", {}, "/proc is masked", "systempaths"),
        (
            NO_JAIL.format("/proc/sys/user/max_user_namespaces: Read-only file system"),
            {},
            "a container whose /proc is masked",
            "unmask=ALL",
        ),
        ("bwrap: setting up uid map: Read-only file system", {}, "a jail itself", "outside"),
        ("bwrap: Can't read /proc/sys/kernel/overflowuid: No such file or directory", {}, "no /proc", "mount"),
        ("bwrap: setuid use of bubblewrap is not supported", {}, "setuid", "chmod u-s"),
        ("", {"bwrap": ""}, "bubblewrap is missing", "apply"),
        (REFUSED, {"kernel": "4.4.0-22621-Microsoft"}, "WSL 1 has no user namespaces", "wsl --set-version"),
        (REFUSED, {"kernel": "6.6.87.2-microsoft-standard-WSL2"}, "a container or a security module", HOST),
        ("", {}, "could not be tried", "bwrap --ro-bind"),
    ],
)
def test_each_cause_has_its_own_sentence_and_remedy(
    answer: str, facts: dict[str, str], problem: str, remedy: str
) -> None:
    said = userns.problem(recorded(**facts), answer)
    assert problem in said[0]
    assert remedy in " ".join(said)
    assert bool(said[0]) == (answer != "ok")


@pytest.mark.parametrize(
    ("level", "answer", "facts", "remedy"),
    [
        ("config", MAP, ON, None),
        ("bash", "ok", {}, ""),
        ("bash", MAP, ON, "claude-local-setup config set isolation.level session && claude-local-setup apply"),
        ("bash", INNER, OFF, "claude-local-setup config set isolation.level session && claude-local-setup apply"),
        ("bash", INNER, {"userns_clone": "0"}, "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("bash", INNER, {"around": "a seccomp filter"}, ""),
    ],
)
def test_levels_without_a_jail_get_a_remedy_that_can_help(
    level: str, answer: str, facts: dict[str, str], remedy: str | None
) -> None:
    found = list(user_namespaces(Config(isolation=Isolation(level=level)), recorded(**facts), {"userns": answer}))
    assert [finding.remedy for finding in found] == ([] if remedy is None else [remedy])


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({}, ""),
        ({**ON, "userns": MAP, **CONFINED}, ""),  # bubblewrap itself may not, our copy may
        ({"userns_clone": "0"}, "namespaces are off"),
        ({"max_userns": "0"}, "limit of namespaces"),
        ({**ON, "userns": REFUSED, "around": "a seccomp filter"}, "a seccomp filter around this"),
        ({**ON, "userns": "ok", "around": "the AppArmor profile x"}, ""),
    ],
)
def test_apply_with_nothing_to_do_is_no_success_where_no_jail_can_start(facts: dict[str, str], problem: str) -> None:
    found = [finding for finding in quick_findings(Config(), recorded(**facts), []) if "namespaces" in finding.check]
    assert [problem in finding.problem for finding in found] == ([True] if problem else [])


REFUSES = Path(__file__).with_name("refusing.py")


@pytest.mark.parametrize(
    ("errno", "said"), [(1, "a seccomp filter around this refuses making a namespace"), (28, "limit")]
)
def test_where_no_jail_starts_verify_has_one_problem_for_that(plain_home: Home, errno: int, said: str) -> None:
    plain_home.json("apply", "-y")
    done = plain_home.run("/usr/bin/python3", str(REFUSES), str(errno), *SETUP, "verify", "--json")
    problems = [found for found in json.loads(done.stdout)["hosts"][0]["findings"] if not found["ok"]]
    about = [found for found in problems if not found["id"].startswith(("server.", "claude."))]
    assert [found["id"] for found in about] == ["host.user-namespaces"]
    assert said in about[0]["problem"]


def test_the_hook_of_apt_says_nothing_where_bubblewrap_is_gone() -> None:
    command = HOOK_TEXT.partition('"')[2].rpartition('"')[0]
    assert command.startswith("[ ! -e /usr/bin/bwrap ] || ")
    gone = command.replace("/usr/bin/bwrap", "/nonexistent")
    done = subprocess.run(["sh", "-c", gone], text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.root
def test_the_profile_is_compiled_by_the_real_parser() -> None:
    words = [str(Path(__file__).parents[1] / "real/machines/apparmor.sh"), str(CACHE / "apparmor-4")]
    good = subprocess.run(words, input=profile_text([1000]), text=True, capture_output=True, check=False)
    assert good.returncode == 0, good.stderr
    assert "error" not in good.stderr.lower()
    broken = PROFILE_TEXT.replace("allow userns", "allow usernss")
    assert subprocess.run(words, input=broken, text=True, capture_output=True, check=False).returncode != 0
