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
.nuget/NuGet/NuGet.Config .stack/config.yaml .sbt/repositories .julia/config/startup.jl .Rprofile .gradle/init.gradle
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
    *("auth", "token", "passw", "passphrase", "pwd", "secret", "credential", "apikey", "api_key", "api-key", "private"),
    *("user", "login", "email", "cookie", "header", "bearer", "certfile", "keyfile"),
)
_SHORT = ("-u", "-h", "-b", "-e")  # of curl: a user, a header, cookies, a certificate
_TOKENS = ("ghp_", "gho_", "github_pat_", "glpat-", "npm_", "pypi-", "sk-", "akia", "xoxb-", "xoxp-", "hf_")


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
    kept = [line for line in lines if not _holds_credentials(line.decode("utf-8", "replace").lower(), anyway=starts)]
    if starts:
        kept = [line for line in kept if line.lstrip().startswith(starts)]
    return b"" if name in WHOLE and len(kept) < len(lines) else b"".join(kept)


def _holds_credentials(line: str, *, anyway: object) -> bool:
    """Whether a line, in small letters, may: its name says so (unless that is known), an address in it has a password,
    or a token is in it."""
    name, found, value = line.partition("=")
    if not anyway and (line.lstrip().startswith(_SHORT) or any(word in (name if found else line) for word in _WORDS)):
        return True
    if any("@" in part.partition("/")[0] for part in line.split("://")[1:]):
        return True
    return any(token in value for token in (*_TOKENS, "bearer ", "basic "))
