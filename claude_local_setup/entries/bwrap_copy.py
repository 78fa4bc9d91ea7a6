"""A copy of the host's bubblewrap, the AppArmor profile that lets it make a jail, and what keeps it fresh."""

from __future__ import annotations

from dataclasses import dataclass

from ..host.actual import Actual, Node
from ..host.paths import APT_HOOK, BWRAP_COPY, PROFILE
from ..user_files.diff import diff_of
from . import steps
from .actions import Command, Step, run
from .ours import record, there_without_content
from .record import Before, Put, Record

# For our copy alone: /usr/bin/bwrap and the kernel's setting stay as they are. Attached by path, in enforce mode, and
# inherited by all that runs in the jail (ix), so that no other program gains anything. The capabilities count inside a
# namespace only: the helper that makes the jail needs them (mounts, the loopback and its low ports, the limit of user
# namespaces), and bubblewrap.
PROFILE_TEXT = f"""\
abi <abi/4.0>,
include <tunables/global>

profile claude-local-bwrap {BWRAP_COPY} flags=(attach_disconnected,mediate_deleted) {{
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
  include if exists <local/claude-local-bwrap>
}}
"""
# When bubblewrap is upgraded, so is the copy.
HOOK_TEXT = f"""\
DPkg::Post-Invoke {{ "cmp -s /usr/bin/bwrap {BWRAP_COPY} || install -D -m 0755 /usr/bin/bwrap {BWRAP_COPY} || true"; }};
"""
_PUT = 'cat >"$1.new" && chmod 0644 "$1.new" && mv -f "$1.new" "$1"'


@dataclass(frozen=True)
class BwrapCopy:
    name: str
    path: str = PROFILE

    def put(self) -> Put:
        return Put(self.path)

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        return record(self, actual) if actual.node(self.path).content == PROFILE_TEXT.encode() else None

    def step(self, actual: Actual, known: Record | None) -> Step:
        texts = {PROFILE: PROFILE_TEXT} | ({APT_HOOK: HOOK_TEXT} if actual.facts["apt"] else {})
        stale = {path: text for path, text in texts.items() if actual.node(path).content != text.encode()}
        if not stale and actual.facts["bwrap_copy"] == "fresh":
            return Step(self.name)
        commands = [
            Command(("install", "-D", "-m", "0755", "/usr/bin/bwrap", BWRAP_COPY)),
            *(Command(("sh", "-c", _PUT, "put", path), text) for path, text in stale.items()),
            Command(("apparmor_parser", "-r", PROFILE)),
        ]
        files = "".join(diff_of(actual.node(path).content, text.encode(), path) for path, text in stale.items())
        return steps.run(self.name, run(*commands, root=True), actual, files)

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        if record.before.kind != "absent":
            return Step(record.name)
        action = run(
            Command(("apparmor_parser", "-R", PROFILE)),
            Command(("rm", "-f", PROFILE, APT_HOOK, BWRAP_COPY)),
            Command(("rmdir", "--ignore-fail-on-non-empty", BWRAP_COPY.rpartition("/")[0])),
            root=True,
        )
        return Step(record.name, "pending", steps.shown(action, "-"), action)
