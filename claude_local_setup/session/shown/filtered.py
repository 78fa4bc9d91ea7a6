"""Configuration in the home that may hold credentials: what of it a session sees. Tools look for it by these names.

Of files that have one setting a line, the settings that are named here; of others the whole, where nothing in it looks
like a credential.
"""

from __future__ import annotations

import os

from ..linux.files import is_inside, open_beneath, read_whole
from .secrets import is_secret
from .surroundings import named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .surroundings import Guide

REASON = "configuration, without lines that may hold credentials"

_NPM = """
prefix save save-exact save-prefix engine-strict package-lock legacy-peer-deps strict-peer-dependencies strict-ssl
auto-install-peers node-linker shamefully-hoist hoist hoist-pattern[] public-hoist-pattern[] fund audit loglevel
progress color script-shell ignore-scripts registry *:registry store-dir offline prefer-offline node-options workspaces
update-notifier side-effects-cache resolution-mode link-workspace-packages prefer-workspace-packages lockfile cafile
yarn-offline-mirror yarn-offline-mirror-pruning fetch-timeout maxsockets install-strategy dedupe-peer-dependents
"""
_PIP = """
index-url extra-index-url find-links no-index no-binary only-binary prefer-binary require-virtualenv timeout retries
break-system-packages disable-pip-version-check no-cache-dir constraint progress-bar quiet cert trusted-host
"""
_HG = """
username editor verbose merge style default default-push rebase histedit evolve topic mq purge shelve color pager diff
"""
_WGET = (
    "tries timeout retry_connrefused check_certificate no_parent user_agent prefer_family progress quota ca_certificate"
)
_CURL = "silent show-error location fail connect-timeout max-time retry progress-bar compressed ipv4 ipv6 cacert capath"
_ANSIBLE = """
inventory roles_path collections_path host_key_checking retry_files_enabled stdout_callback nocows forks timeout
interpreter_python pipelining deprecation_warnings
"""
_NIX = """
experimental-features substituters trusted-public-keys max-jobs cores keep-outputs keep-derivations sandbox
auto-optimise-store warn-dirty
"""
# By file: the names of settings, "*" for what begins or ends so.
KEPT = {
    **dict.fromkeys((".npmrc", ".yarnrc", ".config/pnpm/rc"), _NPM.split()),
    **dict.fromkeys((".config/pip/pip.conf", ".pip/pip.conf"), _PIP.split()),
    **dict.fromkeys((".hgrc", ".config/hg/hgrc"), _HG.split()),
    ".curlrc": _CURL.split(),
    ".wgetrc": _WGET.split(),
    ".ansible.cfg": _ANSIBLE.split(),
    ".config/nix/nix.conf": _NIX.split(),
    ".gradle/gradle.properties": ["org.gradle.*", "android.*", "kotlin.*"],
    ".Renviron": ["R_*"],
}
_WHOLE = """
.cargo/config.toml .cargo/config .condarc .mambarc .yarnrc.yml .gemrc .m2/settings.xml .config/composer/config.json
.composer/config.json .stack/config.yaml .sbt/repositories .config/uv/uv.toml .config/pypoetry/config.toml .bunfig.toml
"""
WHOLE = _WHOLE.split()

_LARGEST = 200_000  # bytes
# In small letters.
_WORDS = (
    *(
        "auth",
        "token",
        "passw",
        "passphrase",
        "pwd",
        "secret",
        "credential",
        "apikey",
        "api-key",
        "private",
        "certfile",
    ),
    *("user", "login", "email", "cookie", "header", "keyfile", "_key", "-key", "_pat", "signature"),
)
_TOKENS = (
    *("ghp_", "gho_", "github_pat_", "glpat-", "npm_", "pypi-", "sk-", "akia", "xoxb-", "xoxp-", "hf_", "-----begin"),
    *("/t/", "bearer ", "basic "),
)


def texts(guide: Guide, aside: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
    """(place, reason, content) of those that are there, but for what lies in the folders `aside`: they are shown whole,
    or hidden."""
    for name in (*KEPT, *WHOLE):
        path = named(guide, name)
        source = guide.lead(path) if os.path.lexists(path) else ""
        if not source or (source != path and is_secret(guide.in_the_home(source), guide.home)):
            continue
        if any(is_inside(place, folder) for place in (path, source) for folder in aside):
            continue
        if seen := _seen(name, _content(source)):
            yield guide.place(path), REASON, seen


def _content(source: str) -> bytes:
    """Never through a link: another session may exchange a folder on the way meanwhile."""
    folder, _, name = source.rpartition("/")
    top = os.open("/", os.O_PATH | os.O_CLOEXEC)
    try:
        opened = open_beneath(top, folder, os.O_PATH | os.O_DIRECTORY)
    except OSError:
        return b""
    finally:
        os.close(top)
    try:
        return read_whole(name, at=opened, follow=False, largest=_LARGEST) or b""
    finally:
        os.close(opened)


def _seen(name: str, text: bytes) -> bytes:
    lines = text.splitlines(keepends=True)
    clean = [line for line in lines if not _looks_like_one(line.decode("utf-8", "replace").lower(), name in WHOLE)]
    if name in WHOLE:
        return text if len(clean) == len(lines) else b""
    return b"".join(line for line in clean if _is_kept(line.decode("utf-8", "replace").strip(), KEPT[name]))


def _is_kept(line: str, names: Sequence[str]) -> bool:
    """A section's name, or a setting that is on the list, however it is written: a = b, a: b, --a b."""
    if line.startswith("[") and line.endswith("]"):
        return True
    written = line.partition("=")[0] if "=" in line else line.partition(" ")[0]
    key = written.strip().strip('"').rstrip(":").removeprefix("--")
    return any(
        key == name or (name.endswith("*") and key.startswith(name[:-1])) or (name[0] == "*" and key.endswith(name[1:]))
        for name in names
    )


def _looks_like_one(line: str, is_whole: bool) -> bool:
    """An address with somebody's name in it, what looks like a token; and, where all is shown, what is called one."""
    is_named = any("@" in part.partition("/")[0] for part in line.split("://")[1:])
    words = (*_WORDS, *_TOKENS) if is_whole else _TOKENS
    return is_named or any(word in line for word in words)
