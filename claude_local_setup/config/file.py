"""The user's config.toml: where it lies, how it is read, and how one key is changed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import tempfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, SetupError
from ..session.values import PRODUCT, config_sum
from ..session.values import load as load_values
from ..session.words import Remedy, typed
from .keys import SECRET, SETTINGS, Config, from_table, keys, nearest, problem, unknown, value_of

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


EDIT = Remedy("claude-local-setup config edit")
NANO = Remedy("EDITOR=nano claude-local-setup config edit")
SHOW = Remedy("claude-local-setup config show")


def home() -> Path:
    """The user's home directory; SetupError when HOME does not name a folder."""
    named = os.environ.get("HOME", "")
    if not named.startswith("/") or not Path(named).is_dir():
        raise SetupError(
            "HOME does not name a folder", remedy=Remedy('export HOME="$(getent passwd "$(id -u)" | cut -d: -f6)"')
        )
    return Path(named)


def config_path() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else home() / ".config") / "claude-local-setup" / "config.toml"


def load() -> Config:
    """The user's config, defaults where the file or a key is absent; ConfigError names the file and the reason."""
    path = config_path()
    return parse(_read(path), str(path))


def parse(text: str, source: str) -> Config:
    return from_table(document(text, source), source)


def document(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond all measure is no TOMLDecodeError
        raise ConfigError(f"{source}: not valid TOML: {error}", remedy=EDIT) from None


def set_key(name: str, written: str) -> None:
    """Writes one key, the rest of the file kept as it is, comments too."""
    value = value_from(name, written)
    _check_asked(name, value, "set", written)
    with changing():
        write(config_path(), _with(name, value).as_string())


def _check_asked(name: str, value: Any, *words: str) -> None:
    """Raises ConfigError for what `config set` or `unset` cannot be meant to do: the file itself is well."""
    what, *rest = words
    if name not in keys():
        near = nearest(name)
        meant = typed("claude-local-setup", "config", what, near, *rest) if near in keys() else SHOW
        raise ConfigError(f"config {what}: {unknown(name)}", remedy=meant)
    if reason := problem(name, value):
        raise ConfigError(f"config {what}: {reason}", remedy=SHOW)


def _with(name: str, value: Any) -> TOMLDocument:
    toml = _toml_document()
    section, _, item = name.partition(".")
    try:
        if item:
            _section(toml, section)[item] = value
        elif value:
            toml[section] = value
        else:
            toml.pop(section, None)
    except (ValueError, TypeError):  # JSON's null
        raise ConfigError(f"{name} must hold only what TOML can say", remedy=EDIT) from None
    return toml


def unset_key(name: str) -> bool:
    """Takes one key out, also one that is unknown; whether it was there."""
    if not config_path().is_file():
        _check_asked(name, keys()[name].default if name in keys() else None, "unset")
        return False
    with changing():
        return _unset(name)


def _unset(name: str) -> bool:
    from tomlkit.items import Table

    path, toml = config_path(), _toml_document()
    section, _, item = name.partition(".")
    holder = toml.get(section, {}) if item else toml
    if not isinstance(holder, MutableMapping) or (item or section) not in holder:
        _check_asked(name, keys()[name].default if name in keys() else None, "unset")
        return False
    del holder[item or section]
    if isinstance(holder, Table) and not holder and "#" not in holder.as_string():
        del toml[section]
    write(path, toml.as_string())
    return True


@contextlib.contextmanager
def changing() -> Iterator[None]:
    """From reading to writing nobody else changes the config: who does is waited for. Where nothing can be locked,
    nobody is stopped."""
    folder = config_path().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _unwritable(config_path(), error) from None
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_applied() -> bool:
    """Whether the file is as the last apply found it."""
    try:
        applied = load_values(f"{home()}/{PRODUCT}/values.json")
    except SetupError:
        return False
    return applied.config_sum == config_sum(_read(config_path()).encode())


def document_text() -> str:
    return _read(config_path())


def _toml_document() -> TOMLDocument:
    import tomlkit

    path = config_path()
    text = _read(path)
    document(text, str(path))
    return tomlkit.parse(text)


def _section(toml: TOMLDocument, section: str) -> MutableMapping[str, Any]:
    import tomlkit

    found = toml.setdefault(section, tomlkit.table())
    if not isinstance(found, MutableMapping):
        raise ConfigError(f"{config_path()}: {section} must be a table", remedy=EDIT)
    return found


def write(path: Path, text: str) -> None:
    """The whole file, if it is a config; with a key of the user's it is nobody else's to read."""
    config = parse(text, str(path))
    may_hold_secrets = any(value_of(config, name) != keys()[name].default for name in (SECRET, SETTINGS))
    replace(path, text.encode(), 0o600 if may_hold_secrets else None)


def replace(path: Path, content: bytes, mode: int | None = None) -> None:
    """Writes the file whole or not at all: a temporary file beside the real one, synced, then renamed.

    `mode`: by default that of the file that is there, or 0644.
    """
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), mode or (target.stat().st_mode & 0o777 if target.exists() else 0o644))
            Path(temporary).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> SetupError:
    return SetupError(f"cannot write {path}: {error.strerror}", remedy=typed("ls", "-ld", str(path.parent)))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not valid UTF-8", remedy=EDIT) from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", remedy=typed("ls", "-l", str(path))) from None


def value_from(name: str, written: str) -> Any:
    """The command line's text as the key's type: lists also as a,b,c; texts without quotes."""
    default = keys()[name].default if name in keys() else None
    if isinstance(default, tuple) or (name == "shell.rc" and written != "auto"):
        return _list(name, written)
    if name == "settings":
        return _table(written)
    return written if isinstance(default, str) else _toml(written, written)


def _list(name: str, written: str) -> list[Any]:
    plain = [part.strip() for part in written.split(",") if part.strip()]
    if written.startswith(("[", '"', "'")):
        value = _toml(written if written.startswith("[") else f"[{written}]", plain)
        return value if isinstance(value, list) else plain
    wrong = keys()[name].problem
    return [_toml(part, part) if wrong([part]) else part for part in plain]


def _table(written: str) -> Any:
    """As JSON, or as TOML writes a table on one line."""
    import json

    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return _toml(written, written)


def _toml(written: str, otherwise: Any) -> Any:
    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return otherwise
