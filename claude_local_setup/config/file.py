"""The user's config.toml: where it lies, how it is read, and how one key or the whole file is changed."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..errors import ConfigError, SetupError
from .keys import Config, check, from_table, keys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def home() -> Path:
    """The user's home directory; SetupError when HOME does not name a folder."""
    named = os.environ.get("HOME", "")
    if not named.startswith("/") or not Path(named).is_dir():
        raise SetupError(
            "HOME does not name a folder", remedy='export HOME="$(getent passwd "$(id -u)" | cut -d: -f6)"'
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
        raise ConfigError(f"{source}: not valid TOML: {error}", remedy="claude-local-setup config edit") from None


def set_key(name: str, written: str) -> None:
    """Writes one key, the rest of the file kept as it is, comments too."""
    import tomlkit

    path = config_path()
    value = _value(name, written)
    check(name, value, "config set")
    text = _read(path)
    document(text, str(path))
    toml = tomlkit.parse(text)
    section, _, item = name.partition(".")
    toml.setdefault(section, tomlkit.table())[item] = value
    changed = tomlkit.dumps(toml)
    parse(changed, str(path))
    replace(path, changed.encode())


def edit(editor: list[str]) -> bool:
    """Opens a copy in the editor; what comes back replaces the file only if it is a valid config."""
    import subprocess

    path = config_path()
    before = _read(path)
    with tempfile.TemporaryDirectory(prefix="claude-local-setup-") as folder:
        copy = Path(folder) / "config.toml"
        copy.write_text(before or _template(), encoding="utf-8")
        started_with = copy.read_text(encoding="utf-8")
        if subprocess.run([*editor, str(copy)], check=False).returncode != 0:
            raise SetupError(f"{editor[0]} failed; nothing was changed", remedy="set EDITOR to an editor of yours")
        after = copy.read_text(encoding="utf-8")
    if after == started_with:
        return False
    parse(after, "config edit (nothing was changed)")
    replace(path, after.encode())
    return True


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
        raise SetupError(f"cannot write {path}: {error.strerror}", remedy=f"ls -ld {path.parent}") from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not valid UTF-8", remedy="claude-local-setup config edit") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", remedy=f"ls -l {path}") from None


def _value(name: str, written: str) -> Any:
    """The command line's text as the key's type: lists also as a,b,c; texts without quotes."""
    default = keys()[name].default if name in keys() else None
    if isinstance(default, tuple) or (name == "shell.rc" and written != "auto"):
        return _list(written)
    return written if isinstance(default, str) else _toml(written, written)


def _list(written: str) -> list[Any]:
    plain = [part.strip() for part in written.split(",") if part.strip()]
    value = _toml(written if written.startswith("[") else f"[{written}]", plain)
    return value if isinstance(value, list) else plain


def _toml(written: str, otherwise: Any) -> Any:
    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return otherwise


def _template() -> str:
    """A file for the first edit: every key as a comment, with its meaning and default."""
    import tomlkit

    lines = ["# claude-local-setup: uncomment what you want to change; then run `claude-local-setup apply`."]
    section = ""
    for item in keys().values():
        if item.name == "settings":
            lines += ["", "[settings]", f"# {item.meaning}"]
            continue
        head, name = item.name.split(".")
        lines += ["", f"[{head}]"] if head != section else []
        section = head
        default = list(item.default) if isinstance(item.default, tuple) else item.default
        lines.append(f"# {name} = {tomlkit.item(default).as_string()}  # {item.meaning}")
    return "\n".join(lines) + "\n"
