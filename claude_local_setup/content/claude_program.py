"""Claude Code itself, where the config asks for it and it is missing: the vendor's documented ways, as commands."""

from __future__ import annotations

from ..config.keys import Config
from ..host.probe import Actual

PACKAGE = "@anthropic-ai/claude-code"
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


def expected_path(config: Config, actual: Actual) -> str:
    """Where claude is, or will be once it is installed; "" if it is missing and shall not be."""
    found = actual.path(config.claude.path) or actual.facts["claude"]
    if found or config.claude.install == "never":
        return found
    return actual.path("~/.local/bin/claude") if config.claude.install == "npm" else "/usr/bin/claude"


def npm_command(actual: Actual) -> tuple[str, ...]:
    """Into the user's own prefix: no root, and none of the rights trouble that the vendor warns of with sudo."""
    return ("npm", "install", "--global", "--no-fund", "--no-audit", "--prefix", actual.path("~/.local"), PACKAGE)


def apt_commands(update: list[str], install: list[str]) -> list[list[str]]:
    """The vendor's repository with a keyring of its own, whose key is checked before it is trusted."""
    return [
        update,
        [*install, "ca-certificates", "gpg"],
        ["install", "-d", "-m", "0755", "/etc/apt/keyrings"],
        ["/usr/lib/apt/apt-helper", "download-file", KEY_URL, f"{KEYRING}.new"],
        ["sh", "-c", _CHECK],
        ["mv", "-f", f"{KEYRING}.new", KEYRING],
        ["sh", "-c", f"echo '{SOURCE}' >{SOURCES}"],
        update,
        [*install, "claude-code"],
    ]
