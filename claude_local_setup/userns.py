"""User namespaces for bubblewrap: whether a host gives them, why not, and what is put there where AppArmor keeps them.

Pure. The three stages are making the namespace, mapping the user, and configuring a private network; the host is asked.
"""

from __future__ import annotations

from .config import Config
from .probe import Actual

COPY = "/usr/lib/claude-local/bwrap"
PROFILE = "/etc/apparmor.d/claude-local-bwrap"
HOOK = "/etc/apt/apt.conf.d/90claude-local"

# For our copy alone: /usr/bin/bwrap and the kernel's setting stay as they are. Attached by path, in enforce mode, and
# inherited by all that runs in the jail (ix), so that no other program gains anything. The three capabilities count
# inside a namespace only: bubblewrap needs them, and so does a sandbox within the jail.
PROFILE_TEXT = f"""\
abi <abi/4.0>,
include <tunables/global>

profile claude-local-bwrap {COPY} flags=(attach_disconnected,mediate_deleted) {{
  allow file rwlkm /{{**,}},
  allow /** ix,
  allow network inet,
  allow network inet6,
  allow network unix,
  allow network netlink,
  allow unix,
  allow ptrace,
  allow signal,
  allow mqueue,
  allow dbus,
  allow userns,
  allow mount,
  allow umount,
  allow pivot_root,
  allow capability sys_admin,
  allow capability net_admin,
  allow capability setpcap,
  include if exists <local/claude-local-bwrap>
}}
"""
# When bubblewrap is upgraded, so is the copy.
HOOK_TEXT = f"""\
DPkg::Post-Invoke {{ "cmp -s /usr/bin/bwrap {COPY} || install -D -m 0755 /usr/bin/bwrap {COPY} || true"; }};
"""

_MAP, _NETWORK, _MAKE = (
    "setting up uid map: Permission denied",
    "Failed RTM_NEWADDR",
    "namespace failed: Permission denied",
)

_CAUSES = (  # bubblewrap's words, the stage or the cause, what to do
    (_MAP, "AppArmor keeps bubblewrap from mapping the user in a namespace", "claude-local-setup apply"),
    (_NETWORK, "AppArmor keeps bubblewrap from configuring a private network", "claude-local-setup apply"),
    (_MAKE, "AppArmor or SELinux keeps bubblewrap from making a namespace", "claude-local-setup apply"),
    (
        "(ENOSPC)",
        "the kernel's limit of namespaces is used up or 0",
        "sudo sysctl -w user.max_user_namespaces=15000 user.max_net_namespaces=15000",
    ),
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
    """Whether a jail can start on this host only by a copy of bubblewrap with a profile of its own."""
    facts = actual.facts
    if facts.get("apparmor") != "1" or config.isolation.level not in ("session", "strict"):
        return False
    if not facts["bwrap"]:  # it cannot be asked yet: Ubuntu 25.04's stock profile lets plain bubblewrap through
        return facts.get("bwrap_profile") != "1"
    return any(words in facts.get("userns", "") for words in (_MAP, _NETWORK, _MAKE))


def problem(actual: Actual, answer: str) -> tuple[str, str]:
    """What `answer`, bubblewrap's own words, means on this host, and what to do about it; ("", "") if all is well."""
    if answer == "ok":
        return "", ""
    for words, cause, remedy in _CAUSES:
        if words in answer:
            return cause, remedy
    facts = actual.facts
    if "not allow non-privileged user namespaces" in answer or "ermissions to create" in answer:
        if facts["userns_clone"] == "0":
            return "this kernel's user namespaces are off", "sudo sysctl -w kernel.unprivileged_userns_clone=1"
        return "a container, a jail or an AppArmor profile around this refuses namespaces", "run it on the host itself"
    if not facts["bwrap"]:
        return "bubblewrap is missing", "claude-local-setup apply"
    return answer or "it could not be tried", "bwrap --ro-bind / / --unshare-user --unshare-net true"
