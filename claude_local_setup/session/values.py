"""What apply decided for this host: the config's values as the session program needs them, from values.json."""

from __future__ import annotations

from .linux.files import read_whole
from .words import APPLY, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OWN_IN_THE_JAIL = "/run/claude-local"  # what the program itself puts there
RULES_IN_THE_JAIL = f"{OWN_IN_THE_JAIL}/enforced.json"  # this session's rules, with the key
PRODUCT = ".local/share/claude-local"  # below the home: the program, these values, enforced.json, the seccomp filter


def config_sum(text: bytes | None) -> int:
    """Of what the config file says: its comments and empty lines left out; 0 where there is none."""
    from binascii import crc32

    lines = (line.strip() for line in (text or b"").splitlines())
    return crc32(b"\n".join(line for line in lines if line and not line.startswith(b"#")))


class Values:
    """`home` is as HOME spells it, `real_home` where that leads; the rest as the config has it (config/keys.py)."""

    version: str
    home: str
    real_home: str
    uid: int
    level: str  # config, bash, session, strict
    bwrap: str  # "bwrap", or our copy's path where AppArmor lets only that make namespaces
    claude: str  # where the claude program was found at the last apply; "" if it was not
    enforced_sum: str  # SHA-256 of enforced.json
    base_url: str
    serves: str  # who runs the model server that apply installed: systemd, session (the first one starts it), or ""
    server_program: str  # what that runs, outside of any jail; "" if there is none
    finds_server: bool  # server.base_url is "auto": where none answers at base_url, another is looked for
    management_url: str
    model: str  # server.model; "" = whatever is loaded
    any_model: str  # the name that suits Claude Code best, where any will do
    context_tokens: int
    max_output_tokens: int
    network: str  # private, host
    ports: list[int]
    publish: list[int]
    domains: list[str]
    workspaces: list[str]
    hide: list[str]
    read: list[str]
    write: list[str]
    mask: list[str]  # names of files
    devices: list[str]
    pass_env: list[str]
    nested: bool  # isolation.nested: may make user namespaces of its own
    processes: int
    tmp_percent: int
    config: str  # where the config file lies
    config_sum: int  # of that file, as it was at the last apply
    sent_env: list[list[str]]  # [name, value] pairs that every session gets, but for the key

    def __init__(self, known: dict[str, Any]) -> None:
        self.__dict__.update(known)

    @property
    def is_jailed(self) -> bool:
        return self.level in ("session", "strict")

    @property
    def product(self) -> str:
        return f"{self.real_home}/{PRODUCT}"

    @property
    def config_dir(self) -> str:
        return f"{self.home}/.claude-local"

    @property
    def enforced(self) -> str:
        return f"{self.product}/enforced.json"

    @property
    def pinned_model(self) -> str:
        """The name that enforced.json has."""
        return self.model or self.any_model


def load(path: str) -> Values:
    """Raises Refusal where the file is not there or not what apply wrote."""
    text = read_whole(path)
    try:
        known = parsed(text.decode()) if text is not None else None
    except ValueError:
        known = None
    if not isinstance(known, dict) or not known.keys() >= Values.__annotations__.keys():
        raise Refusal(f"{path} is missing or damaged", remedy=APPLY)
    return Values(known)


def parts_of(url: str) -> tuple[str, str, int, str]:
    """(scheme, host, port, path) of a plain URL, as the config allows them."""
    scheme, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    host, _, port = place.rpartition(":") if not place.endswith("]") and ":" in place else (place, "", "")
    return scheme, host.strip("[]"), int(port or (443 if scheme == "https" else 80)), f"/{path}".rstrip("/")


def parsed(text: str) -> Any:
    """JSON without the json module, whose regular expressions cost 7 ms at each start: its scanner in C alone."""
    try:
        from _json import make_scanner
    except ImportError:
        import json

        return json.loads(text)
    try:
        return make_scanner(_Scanner())(text, 0)[0]  # type: ignore[arg-type]
    except StopIteration:
        raise ValueError("no JSON") from None


class _Scanner:
    """What json.JSONDecoder tells that scanner."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo: dict[str, str] = {}
