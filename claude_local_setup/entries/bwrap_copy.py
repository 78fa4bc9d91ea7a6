"""A copy of the host's bubblewrap, the AppArmor profile that lets it make a jail, and what keeps it fresh."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..host import userns
from ..host.actual import Actual, Node
from ..host.paths import APT_HOOK, BWRAP_COPY, PROFILE, PROFILE_OFF
from ..session.words import APPLY, in_turn, typed
from ..user_files.diff import diff_of
from . import steps
from .actions import Command, Step, run
from .ours import record, there_without_content
from .places import ImpossibleError
from .record import Before, Put, Record

# For our copy alone: /usr/bin/bwrap and the kernel's setting stay as they are. Attached by path, in enforce mode, and
# inherited by all that runs in the jail (ix), so that no other program gains anything. The capabilities count inside a
# namespace only: the helper that makes the jail needs them (mounts, the loopback and its low ports, the limit of user
# namespaces), and bubblewrap.
NAME = "claude-local-bwrap"
PROFILE_TEXT = f"""\
abi <abi/4.0>,
include <tunables/global>

profile {NAME} {BWRAP_COPY} flags=(attach_disconnected,mediate_deleted) {{
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
  allow capability sys_resource,
  allow capability dac_override,
  allow capability dac_read_search,
  allow capability net_bind_service,
  include if exists <local/{NAME}>
}}
"""
# When bubblewrap is upgraded, so is the copy; when it is gone, there is nothing to do.
_FRESHEN = (
    f"[ ! -e /usr/bin/bwrap ] || cmp -s /usr/bin/bwrap {BWRAP_COPY} || "
    f"install -D -m 0755 /usr/bin/bwrap {BWRAP_COPY} || true"
)
HOOK_TEXT = f"""\
DPkg::Post-Invoke {{ "{_FRESHEN}"; }};
"""
_PUT = 'cat >"$1.new" && chmod 0644 "$1.new" && mv -f "$1.new" "$1"'
# What was compiled of it, for each kernel.
_FORGET = f"rm -f /var/cache/apparmor/*/{NAME} /etc/apparmor.d/cache*/{NAME} /etc/apparmor.d/cache*/*/{NAME}"
_USERS = re.compile(r"^# For the users with these numbers: ([0-9 ]*)\n", re.MULTILINE)


def profile_text(users: Iterable[int]) -> str:
    """The profile, with the users who need it: what one of them removes another one keeps."""
    return f"# For the users with these numbers: {' '.join(map(str, sorted(users)))}\n{PROFILE_TEXT}"


def users_of(node: Node) -> frozenset[int]:
    """Those whom the profile that is there names."""
    named = _USERS.search((node.content or b"").decode("utf-8", "replace"))
    return frozenset(map(int, named[1].split())) if named else frozenset()


def is_ours(node: Node) -> bool:
    return node.content == profile_text(users_of(node)).encode()


@dataclass(frozen=True)
class BwrapCopy:
    name: str
    path: str = PROFILE

    def put(self) -> Put:
        return Put(self.path)

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        return record(self, actual) if is_ours(actual.node(self.path)) else None

    def step(self, actual: Actual, known: Record | None) -> Step:
        _check_not_off(actual)
        stale = {path: text for path, text in _texts(actual).items() if actual.node(path).content != text.encode()}
        if not stale and _works(actual):
            return Step(self.name)
        commands = [
            Command(("install", "-D", "-m", "0755", "/usr/bin/bwrap", BWRAP_COPY)),
            *_put(stale),
            Command(("apparmor_parser", "-r", PROFILE)),
        ]
        files = "".join(diff_of(actual.node(path).content, text.encode(), path) for path, text in stale.items())
        return steps.run(self.name, run(*commands, root=True), actual, files)

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        """It goes with the last user who needs it."""
        users = users_of(node)
        others = users - {int(actual.facts["uid"])}
        if users == others and (users or record.before.kind != "absent"):
            return Step(record.name)
        action = run(*(_put({PROFILE: profile_text(others)}) if others else _GONE), root=True)
        return steps.run(record.name, action, actual, sign="-")


# The parser fails over a profile that is not loaded, which is what is wanted.
_UNLOAD = f"apparmor_parser -R {PROFILE} || ! grep -q '^{NAME} ' /sys/kernel/security/apparmor/profiles"
_GONE = (
    Command(("sh", "-c", _UNLOAD)),
    Command(("sh", "-c", _FORGET)),
    Command(("rm", "-f", PROFILE, APT_HOOK, BWRAP_COPY)),
    Command(("rmdir", "--ignore-fail-on-non-empty", BWRAP_COPY.rpartition("/")[0])),
)


def _check_not_off(actual: Actual) -> None:
    """Raises ImpossibleError where an admin has switched the profile off: the parser says that all is well then."""
    for path in PROFILE_OFF:
        if not actual.is_absent(path):
            remedy = in_turn(typed("sudo", "rm", path), APPLY)
            raise ImpossibleError(f"{path} keeps AppArmor from enforcing the profile", remedy)


def _put(texts: Mapping[str, str]) -> Iterator[Command]:
    return (Command(("sh", "-c", _PUT, "put", path), text) for path, text in texts.items())


def _texts(actual: Actual) -> dict[str, str]:
    """What the files should hold. One who cannot become root, and has all of it from another, is content with that.

    Whom sudo refuses, only sudo knows, and it tells the machine's admin who asked: the usual groups stand for that.
    """
    node = actual.node(PROFILE)
    is_content = is_ours(node) and not actual.is_root and not (actual.facts["sudo"] and actual.facts["admin"])
    users = users_of(node) | (frozenset() if is_content else {int(actual.facts["uid"])})
    return {PROFILE: profile_text(users)} | ({APT_HOOK: HOOK_TEXT} if actual.facts["apt"] else {})


def _works(actual: Actual) -> bool:
    """Whether the copy is the host's bubblewrap and runs under its profile, if that can be told."""
    is_confined = actual.facts["copy_label"] == f"{NAME} (enforce)"
    return actual.facts["bwrap_copy"] == "same" and (is_confined or not userns.is_judged(actual))
