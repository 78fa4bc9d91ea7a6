"""Claude Code itself, where it is missing, by the vendor's documented ways; never touched where it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..host import distribution
from ..host.actual import Actual, Node
from ..session.words import config_set
from . import steps
from .actions import APT_UPDATE, Command, Step, apt_install, run
from .ours import there_without_content
from .places import ImpossibleError
from .record import Before, Put, Record

NATIVE_PACKAGES = {"curl": "loader", "ca-certificates": "certificates"}  # curl: or wget
PACKAGE = "@anthropic-ai/claude-code"
# The vendor's own installer, as code.claude.com/docs/en/setup gives it: into the user's home, checked by its manifest.
INSTALLER = "https://claude.ai/install.sh"
_NATIVE = (  # one line: it is a line of the plan
    "file=$(mktemp) || exit; "
    "if command -v curl >/dev/null; then set -- curl -fsSL --retry 3 -o; else set -- wget -q -O; fi; "
    f'"$@" "$file" {INSTALLER} && bash "$file"; status=$?; rm -f "$file"; exit $status'
)
# npm trusts its own list of certificates, and with a prefix of ours it would read another global npmrc: a company's own
# certificate, proxy and registry count here too. One that is not reached is not asked for over a minute.
_NPM = (
    "for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do "
    '[ "${NODE_EXTRA_CA_CERTS-}" ] || [ ! -s "$bundle" ] || export NODE_EXTRA_CA_CERTS="$bundle"; done; '
    'export npm_config_globalconfig="$(npm config get globalconfig)"; exec "$0" "$@"'
)
_NPM_OPTIONS = ("--no-fund", "--no-audit", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
_NATIVELY = config_set("claude.install", "native")
KEY_URL = "https://downloads.claude.ai/keys/claude-code.asc"
# The vendor's release key, as code.claude.com/docs/en/setup gives it.
FINGERPRINT = "31DDDE24DDFAB679F42D7BD2BAA929FF1A7ECACE"
KEYRING = "/etc/apt/keyrings/claude-code.asc"
SOURCES = "/etc/apt/sources.list.d/claude-code.list"
SOURCE = f"deb [signed-by={KEYRING}] https://downloads.claude.ai/claude-code/apt/stable stable main"
_CHECK = (
    f"gpg --show-keys --with-colons {KEYRING}.new | grep -q '^fpr:::::::::{FINGERPRINT}:' || "
    f"{{ rm -f {KEYRING}.new; echo 'E: the key from {KEY_URL} is not {FINGERPRINT}' >&2; exit 1; }}"
)


@dataclass(frozen=True)
class ClaudeProgram:
    name: str
    path: str
    install: str  # native, npm or apt

    def put(self) -> Put:
        return Put(self.path)

    def before(self, actual: Actual) -> Before:
        return there_without_content(self.path, actual)

    def found(self, actual: Actual) -> Record | None:
        return None

    def step(self, actual: Actual, known: Record | None) -> Step:
        if actual.facts["claude"]:
            return Step(self.name)
        has_apt = bool(actual.facts["apt"])
        if self.install == "native":
            return steps.run(self.name, run(Command(("sh", "-c", _NATIVE)), root=False), actual)
        if self.install == "npm":
            if not actual.facts["npm"]:
                packages = distribution.install_command(actual.os_release, ["nodejs", "npm"], apt=has_apt)
                raise ImpossibleError("claude.install is npm, and there is no npm here", packages or _NATIVELY)
            return steps.run(self.name, run(npm_command(actual), root=False), actual)
        if not has_apt:
            raise ImpossibleError(
                "claude.install is apt, and there is no apt here",
                _NATIVELY,
            )
        return steps.run(self.name, run(*apt_commands(), root=True), actual)

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        """It stays: it is the user's normal claude."""
        return Step(record.name)


def packages(install: str, actual: Actual) -> Mapping[str, str]:
    """What the vendor's installer needs, where it is to run: package -> the fact that shows it is there."""
    return NATIVE_PACKAGES if install == "native" and not actual.facts["claude"] else {}


def npm_command(actual: Actual) -> Command:
    """Into the user's own prefix: no root, and none of the rights trouble that the vendor warns of with sudo."""
    prefix = ("--prefix", actual.path("~/.local"))
    return Command(("sh", "-c", _NPM, "npm", "install", "--global", *_NPM_OPTIONS, *prefix, PACKAGE))


def apt_commands() -> list[Command]:
    """The vendor's repository with a keyring of its own, whose key is checked before it is trusted."""
    return [
        APT_UPDATE,
        apt_install("ca-certificates", "gpg"),
        Command(("install", "-d", "-m", "0755", "/etc/apt/keyrings")),
        Command(("/usr/lib/apt/apt-helper", "download-file", KEY_URL, f"{KEYRING}.new")),
        Command(("sh", "-c", _CHECK)),
        Command(("mv", "-f", f"{KEYRING}.new", KEYRING)),
        Command(("sh", "-c", f"echo '{SOURCE}' >{SOURCES}")),
        APT_UPDATE,
        apt_install("claude-code"),
    ]
