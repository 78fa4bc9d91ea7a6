"""User namespaces for the jail: whether a host gives them, why not, and where only a copy of bubblewrap gets one.

Pure. What refuses is told by exclusion: which words the kernel has for it depends on the profiles that are loaded.
"""

from __future__ import annotations

from ..config.keys import Config
from ..session.jail.entering import APART, MAKING, MAPPING
from ..session.words import APPLY, NO_LINE, Remedy, config_set
from . import paths
from .actual import Actual

_LIMIT = Remedy(
    "sudo sysctl -w user.max_user_namespaces=15000 user.max_net_namespaces=15000 user.max_mnt_namespaces=15000"
)
_USED_UP = "the kernel's limit of namespaces is used up or 0"
_LIMITED = "(ENOSPC)"
_A_FILTER = "a seccomp filter"  # in the words of probe.sh
_MASKED = (
    "this is a container whose /proc is masked: start it with --security-opt systempaths=unconfined (Podman: "
    "unmask=ALL), or run it on the host"
)
_ELSEWHERE = (
    "run it on the host itself, or start the container with --security-opt seccomp=unconfined "
    "--security-opt systempaths=unconfined"
)
_CAUSES = (  # unshare's, bubblewrap's or the program's own words, the cause, what to do
    (_LIMITED, _USED_UP, _LIMIT),
    ("No space left", _USED_UP, _LIMIT),
    ("max_user_namespaces: Read-only", _MASKED, NO_LINE),
    ("Read-only file system", "this is a jail itself, without a /proc of its own: run it outside that jail", NO_LINE),
    ("mount proc on", _MASKED, NO_LINE),
    ("overflowuid: No such file", "there is no /proc here", Remedy("sudo mount -t proc proc /proc")),
    (
        "setuid use of bubblewrap",
        "bubblewrap is setuid, which it no longer supports",
        Remedy("sudo chmod u-s /usr/bin/bwrap"),
    ),
)
_STAGES = (  # the words of what is refused, and what that is
    *((stage, stage) for stage in (MAKING, MAPPING, APART)),
    ("uid map", MAPPING),
    ("uid_map", MAPPING),
    ("cannot change root filesystem propagation", APART),
    ("RTM_NEWADDR", "setting up a network in it"),
    ("", MAKING),
)
_REFUSED = ("ermission denied", "not permitted", "not allow", "ermissions to create")


def needs_copy(config: Config, actual: Actual) -> bool:
    """Whether a jail can start on this host only by a copy of bubblewrap with a profile of its own.

    Ubuntu's restriction is on, and keeps a program that nothing else confines from it. Where that cannot be tried, or
    something else refuses, what is there stays.
    """
    if actual.facts["apparmor"] != "1" or not config.is_jailed:
        return False
    if is_judged(actual):
        return actual.facts["userns"] != "ok"
    return actual.node(paths.PROFILE).kind == "file"


def is_judged(actual: Actual) -> bool:
    """Whether what a host answers is about its setting and its profiles, and nothing else."""
    return not actual.facts["around"] and not _are_off(actual)


def refused(actual: Actual) -> str:
    """The words of what refuses, where that needs no jail to be tried; "" where it does."""
    if _are_off(actual):
        return _LIMITED
    asked = actual.facts["userns"]
    return asked if actual.facts["around"] and asked != "ok" else ""


def _are_off(actual: Actual) -> bool:
    return "0" in (actual.facts["userns_clone"], actual.facts["max_userns"])


def problem(actual: Actual, answer: str) -> tuple[str, Remedy]:
    """What `answer`, the words of what could not start, means on this host, and what to do; "" if all is well."""
    if answer == "ok":
        return "", NO_LINE
    if not actual.facts["bwrap"]:
        return "bubblewrap is missing", APPLY
    if actual.facts["kernel"].endswith("-Microsoft"):  # WSL 2 has "-microsoft-standard-WSL2"
        return "WSL 1 has no user namespaces: in a PowerShell, wsl --set-version NAME 2", NO_LINE
    if actual.facts["userns_clone"] == "0":
        return "this kernel's user namespaces are off", Remedy("sudo sysctl -w kernel.unprivileged_userns_clone=1")
    for words, cause, remedy in _CAUSES:
        if words in answer:
            return cause, remedy
    if _is_refused(answer):
        return _refusal(actual, next(stage for words, stage in _STAGES if words in answer))
    return answer or "it could not be tried", Remedy("bwrap --ro-bind / / --unshare-user --unshare-net true")


def problem_of_the_built_in(actual: Actual, answer: str) -> tuple[str, Remedy]:
    """The same for Claude Code's own sandbox, bubblewrap with a namespace in it: no profile of ours is for that."""
    cause, remedy = problem(actual, answer)
    if not _is_refused(answer) or not is_judged(actual):
        return cause, remedy
    return (
        "AppArmor keeps Claude Code's own sandbox from starting",
        config_set("isolation.level", "session"),
    )


def _is_refused(answer: str) -> bool:
    return any(words in answer for words in _REFUSED)


def _refusal(actual: Actual, stage: str) -> tuple[str, Remedy]:
    if around := actual.facts["around"]:
        elsewhere = _ELSEWHERE if around == _A_FILTER else "run it on the host itself"
        return f"{around} around this refuses {stage}: {elsewhere}", NO_LINE
    if actual.facts["apparmor"] == "1":
        return f"AppArmor keeps a jail from {stage}", APPLY
    return f"a container or a security module (SELinux) around this refuses {stage}: run it on the host itself", NO_LINE
