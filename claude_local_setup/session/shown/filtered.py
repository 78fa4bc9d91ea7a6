"""Configuration in the home that may hold credentials: what of it a session sees. Tools look for it by these names.

Of files that have one setting a line, the lines without credentials; of others the whole, where there are none in it.
"""

from __future__ import annotations

from ..linux.files import is_inside, read_whole
from .secrets import is_secret
from .surroundings import named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .surroundings import Guide

REASON = "configuration, without lines that hold credentials"
_BY_LINE = """
.npmrc .yarnrc .config/pnpm/rc .config/pip/pip.conf .pip/pip.conf
.cargo/config.toml .cargo/config .curlrc .wgetrc .hgrc .config/hg/hgrc .ansible.cfg .config/nix/nix.conf
.cabal/config .config/cabal/config
"""
_WHOLE = """
.condarc .mambarc .yarnrc.yml .gemrc .m2/settings.xml .config/composer/config.json .composer/config.json
.stack/config.yaml .sbt/repositories .julia/config/startup.jl .Rprofile .gradle/init.gradle
.gradle/init.gradle.kts .config/uv/uv.toml .config/pypoetry/config.toml .bunfig.toml
"""
BY_LINE, WHOLE = _BY_LINE.split(), _WHOLE.split()
# Where names are everybody's own, only those that begin so.
OF_THESE_NAMES = {
    ".gradle/gradle.properties": ("org.gradle.", "android.", "kotlin."),
    ".Renviron": ("R_",),
}

_LARGEST = 200_000  # bytes
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
    *("user", "login", "email", "cookie", "header", "bearer", "keyfile", "_key", "-key", "_pat", "signature"),
)
_SHORT = ("-u", "-h", "-b", "-e")  # of curl: a user, a header, cookies, a certificate
_NAMES = ("key", "cert", "pat")
_TOKENS = (
    *("ghp_", "gho_", "github_pat_", "glpat-", "npm_", "pypi-", "sk-", "akia", "xoxb-", "xoxp-", "hf_", "-----begin"),
    *("/t/", "bearer ", "basic "),
)


def texts(guide: Guide, aside: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
    """(place, reason, content) of those that are there, but for what lies in the folders `aside`: they are shown whole,
    or hidden."""
    for name in (*BY_LINE, *OF_THESE_NAMES, *WHOLE):
        path = named(guide, name)
        source = guide.lead(path)
        if not source or (source != path and is_secret(guide.in_the_home(source), guide.home)):
            continue
        if any(is_inside(place, folder) for place in (path, source) for folder in aside):
            continue
        text = read_whole(source, follow=False, largest=_LARGEST)
        if text is not None and (seen := _seen(name, text)):
            yield guide.place(path), REASON, seen


def _seen(name: str, text: bytes) -> bytes:
    lines = text.splitlines(keepends=True)
    starts = tuple(start.encode() for start in OF_THESE_NAMES.get(name, ()))
    if starts:
        return b"".join(line for line in lines if line.lstrip().startswith(starts) and not _holds_a_value(_small(line)))
    is_whole = name in WHOLE
    kept = [line for line in lines if not _holds_credentials(_small(line), is_whole=is_whole)]
    return b"" if is_whole and len(kept) < len(lines) else b"".join(kept)


def _small(line: bytes) -> str:
    return line.decode("utf-8", "replace").lower()


def _holds_credentials(line: str, *, is_whole: bool) -> bool:
    """Whether a line, in small letters, may: by its name (where it has none of its own, by all of it), or its value."""
    name, found, _ = line.partition("=")
    said = name if found and not is_whole else line
    if line.lstrip().startswith(_SHORT) or name.strip().rpartition(":")[2] in _NAMES:
        return True
    return any(word in said for word in _WORDS) or _holds_a_value(line)


def _holds_a_value(line: str) -> bool:
    """An address with somebody's name in it, or what looks like a token."""
    is_named = any("@" in part.partition("/")[0] for part in line.split("://")[1:])
    return is_named or any(token in line for token in _TOKENS)
