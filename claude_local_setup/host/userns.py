"""User namespaces for the jail: whether a host gives them, why not, and where only a copy of bubblewrap gets one.

Pure. The stages are making the namespace, mapping the user, setting the mounts apart, configuring a private network;
unshare is the first to need them, then bubblewrap. The host is asked.
"""

from __future__ import annotations

from ..config.keys import Config
from .actual import Actual

_STAGES = (  # unshare's and bubblewrap's words where AppArmor is in the way, and what it is in the way of
    ("setting up uid map: Permission denied", "mapping the user in a namespace"),
    ("write failed /proc/self/uid_map", "mapping the user in a namespace"),
    ("cannot change root filesystem propagation", "setting its mounts apart from the host's"),
    ("Failed RTM_NEWADDR", "configuring a private network"),
    ("namespace failed: Permission denied", "making a namespace (it may be SELinux)"),
    ("unshare failed: Permission denied", "making a namespace (it may be SELinux)"),
)
_FULL = "sudo sysctl -w user.max_user_namespaces=15000 user.max_net_namespaces=15000 user.max_mnt_namespaces=15000"
_CAUSES = (  # the words, the cause, what to do
    *((words, f"AppArmor keeps a jail from {stage}", "claude-local-setup apply") for words, stage in _STAGES),
    ("(ENOSPC)", "the kernel's limit of namespaces is used up or 0", _FULL),
    ("unshare failed: No space left", "the kernel's limit of namespaces is used up or 0", _FULL),
    (
        "setting up uid map: Read-only file system",
        "this is a jail itself, without a /proc of its own",
        "run it outside that jail",
    ),
    (
        "mount proc on",
        "this is a container whose /proc is masked",
        "start the container with --security-opt systempaths=unconfined, or run it on the host",
    ),
    ("overflowuid: No such file", "there is no /proc here", "mount -t proc proc /proc"),
    ("setuid use of bubblewrap", "bubblewrap is setuid, which it no longer supports", "sudo chmod u-s /usr/bin/bwrap"),
)


def needs_copy(config: Config, actual: Actual) -> bool:
    """Whether a jail can start on this host only by a copy of bubblewrap with a profile of its own.

    Ubuntu 25.04's stock profile lets plain bubblewrap through, but neither unshare nor what bubblewrap starts.
    """
    if actual.facts.get("apparmor") != "1" or config.isolation.level not in ("session", "strict"):
        return False
    return any(words in actual.facts.get("userns", "") for words, _ in _STAGES)


def problem(actual: Actual, answer: str) -> tuple[str, str]:
    """What `answer`, unshare's or bubblewrap's words, means on this host, and what to do; ("", "") if all is well."""
    if answer == "ok":
        return "", ""
    for words, cause, remedy in _CAUSES:
        if words in answer:
            return cause, remedy
    facts = actual.facts
    if (
        "not allow non-privileged user namespaces" in answer
        or "ermissions to create" in answer
        or "unshare failed" in answer
    ):
        if facts["userns_clone"] == "0":
            return "this kernel's user namespaces are off", "sudo sysctl -w kernel.unprivileged_userns_clone=1"
        return "a container, a jail or an AppArmor profile around this refuses namespaces", "run it on the host itself"
    if not facts["bwrap"]:
        return "bubblewrap is missing", "claude-local-setup apply"
    return answer or "it could not be tried", "bwrap --ro-bind / / --unshare-user --unshare-net true"
