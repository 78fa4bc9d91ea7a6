"""What makes a config value wrong: one small `problem(value)` for each kind of value, nothing about keys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from ..session.server.addresses import AUTO
from ..session.server.check_context import LEAST
from ..session.shown import devices

Problem = Callable[[object], "str | None"]

WAYS = ("never", "auto", "path", "apt", "wheel")  # of installing a model server
LEVELS = ("config", "bash", "session", "strict")
_HOST_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_URL = re.compile(r"https?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:(\d{1,5}))?(/[A-Za-z0-9._~/-]*)?", re.ASCII)
_DOMAIN = re.compile(rf"({_HOST_LABEL}\.)+{_HOST_LABEL}", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_TOKEN = re.compile(r"[!#-\[\]-~]+", re.ASCII)
_MODEL = re.compile(r"[A-Za-z0-9._:/@+=, -]+", re.ASCII)
_PINNED_ENV = re.compile(r"ANTHROPIC_.*|CLAUDE.*|LD_.*|HOME|PATH|SHELLOPTS|BASHOPTS|BASH_ENV|ENV")


def text(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    return None if value.isprintable() else "must be printable, on one line"


def model(value: object) -> str | None:
    """A name as servers give them; it is written into JSON and into URLs."""
    if value == "":
        return None
    if not isinstance(value, str):
        return "must be a string"
    return None if _MODEL.fullmatch(value) else "must be of ASCII letters, digits, spaces and ._:/@+=,-"


def token(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    return None if _TOKEN.fullmatch(value) else "must be ASCII without spaces, quotes or backslashes"


_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+:[\w.-]+", re.ASCII)


def is_repository(source: str) -> bool:
    """Whether a model's source is OWNER/REPO:QUANT."""
    return _REPOSITORY.fullmatch(source) is not None


def model_source(value: object) -> str | None:
    if value == "" or (isinstance(value, str) and is_repository(value)):
        return None
    if path(value) is None and isinstance(value, str) and value.endswith(".gguf"):
        return None
    return "must be a .gguf file, with its whole path, or OWNER/REPO:QUANT"


def url(value: object) -> str | None:
    """Plain origin with an optional path: no user, query or fragment, so that it can be pinned as it stands."""
    if not isinstance(value, str):
        return "must be a string"
    match = _URL.fullmatch(value)
    if match is None:
        return "must be a plain http:// or https:// address such as http://127.0.0.1:8080"
    return None if match[3] is None or 0 < int(match[3]) < 65536 else "has a port outside 1-65535"


def base_url(value: object) -> str | None:
    return None if value == AUTO else url(value)


def optional_url(value: object) -> str | None:
    return None if value == "" else url(value)


def count(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be a whole number"
    return None if 0 <= value < 2**31 else "must be 0 or more"


def context(value: object) -> str | None:
    """Fewer tokens than a prompt has are of no use to any session."""
    too_few = isinstance(value, int) and 0 < value < LEAST
    return count(value) or (f"must be 0, or {LEAST} or more" if too_few else None)


def flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def many(value: object) -> str | None:
    return count(value) or (None if isinstance(value, int) and value >= 100 else "must be 100 or more")


def percent(value: object) -> str | None:
    return count(value) or (None if isinstance(value, int) and 0 < value <= 100 else "must be 1 to 100")


@dataclass(frozen=True)
class Choice:
    allowed: tuple[str, ...]

    def __call__(self, value: object) -> str | None:
        return None if value in self.allowed else f"must be one of {', '.join(self.allowed)}"


def choice(*allowed: str) -> Choice:
    return Choice(allowed)


def list_of(item: Problem) -> Problem:
    def problem(value: object) -> str | None:
        if not isinstance(value, list | tuple):
            return "must be a list"
        return next((f"{entry!r} {reason}" for entry in value if (reason := item(entry))), None)

    return problem


def path(value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    if not value.startswith(("/", "~/")) and value != "~":
        return "must begin with / or ~/"
    if ".." in value.split("/"):
        return "must not contain .."
    return None if value.isprintable() else "must be printable, on one line"


def optional_path(value: object) -> str | None:
    return None if value == "" else path(value)


def narrow_path(value: object) -> str | None:
    """A folder that may be opened for writing: never the root, a top-level folder or the whole home."""
    if reason := path(value):
        return reason
    assert isinstance(value, str)
    depth = len([part for part in value.split("/") if part not in ("", ".")])
    return "is too wide to be opened: name a folder inside" if depth < 2 else None


_NOT_SHOWN = ("/", "~", "/proc", "/dev", "/run", "/sys", "/tmp", "/home")  # noqa: S108


def shown_path(value: object) -> str | None:
    """A path that is shown to a session: never the whole machine or home, nor what the jail has of its own."""
    if reason := path(value):
        return reason
    assert isinstance(value, str)
    parts = [part for part in value.split("/") if part not in ("", ".")]
    plain = "/".join(parts) if value[0] == "~" else "/" + "/".join(parts)
    return "is too wide to be shown: name what is needed of it" if plain in _NOT_SHOWN else None


def env_name(value: object) -> str | None:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        return "is not the name of an environment variable"
    return "is set by claude-local itself" if _PINNED_ENV.fullmatch(value) else None


def port(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be a whole number"
    return None if 0 < value < 65536 else "is not a port (1-65535)"


def pattern(value: object) -> str | None:
    """A name in any folder of the workspace, as a shell matches it: .env, *.pem."""
    if not isinstance(value, str) or not value or not value.isprintable():
        return "must be a name such as .env or *.pem"
    return "must be a name, not a path" if "/" in value or value in (".", "..", "*") else None


def device(value: object) -> str | None:
    """A GPU, a virtual machine's processor, or what is plugged in: nothing of the machine's memory, disks, keyboards or
    screens."""
    if value == "gpu" or (isinstance(value, str) and devices.may_be_named(value)):
        return None
    return "must be gpu, or a path such as /dev/kvm, /dev/ttyUSB0, /dev/video0, /dev/snd or /dev/bus/usb"


def own_port(value: object) -> str | None:
    """A port that a user may open."""
    return port(value) or (None if isinstance(value, int) and value > 1023 else "is root's to open (use 1024-65535)")


def domain(value: object) -> str | None:
    """A name and everything below it; no wildcard, scheme, port or address."""
    if not isinstance(value, str) or not _DOMAIN.fullmatch(value):
        return "must be a lower-case name such as example.org"
    return "must be a name, not an address" if value.rsplit(".", 1)[1].isdigit() else None


def rc_files(value: object) -> str | None:
    return None if value == "auto" else list_of(path)(value)


def table(value: object) -> str | None:
    if not isinstance(value, dict):
        return "must be a table"
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return "must hold only what JSON can say: no dates, no nan, no inf"
    return None
