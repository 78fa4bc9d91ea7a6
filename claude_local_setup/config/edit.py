"""The whole config in the user's editor: taken over only if it is valid, and never lost if it is not."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..errors import ConfigError, SetupError
from .file import EDIT, NANO, changing, config_path, document_text, replace, write
from .keys import keys

Again = Callable[[ConfigError], None]


def edit(editor: list[str], again: Again) -> bool:
    """Whether it was changed. `again` says what is wrong, and raises where nobody goes on editing.

    An edit that is not valid is kept beside the config until it is mended or thrown away: the next one goes on with it.
    """
    path = config_path()
    before = document_text()
    started_with = _kept(path) or before or template()
    text = started_with
    while True:
        text = _edited(editor, text)
        if text == started_with and not _kept(path):
            return False
        try:
            _take_over(text, before)
        except ConfigError as error:
            replace(kept_path(path), text.encode(), 0o600)
            before = document_text()
            again(error)
        else:
            _forget(path)
            return text != before


def _take_over(text: str, before: str) -> None:
    """`before`: what the edit began with."""
    with changing():
        if document_text() != before:
            raise ConfigError("the config was changed by another command meanwhile: look at it again", remedy=EDIT)
        write(config_path(), text)


def throw_away() -> None:
    _forget(config_path())


def kept_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.edited")


def _kept(path: Path) -> str:
    try:
        return kept_path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _forget(path: Path) -> None:
    with suppress(OSError):
        kept_path(path).unlink()


def _edited(editor: list[str], text: str) -> str:
    with tempfile.TemporaryDirectory(prefix="claude-local-setup-") as folder:
        copy = Path(folder) / "config.toml"
        copy.write_text(text, encoding="utf-8")
        remedy = NANO
        try:
            code = subprocess.run([*editor, str(copy)], check=False).returncode
        except OSError as error:
            problem = f"the editor {editor[0]} cannot be started: {error.strerror}"
            raise SetupError(problem, remedy=remedy) from None
        if code != 0:
            raise SetupError(f"{editor[0]} failed; nothing was changed", remedy=remedy)
        try:
            return copy.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise SetupError(f"{editor[0]} left no text; nothing was changed", remedy=remedy) from None


def template() -> str:
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
