"""What `vscode` has changed in which settings file, kept so that it can be undone to the byte."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..config.file import home, replace
from ..errors import SetupError
from ..host import paths
from ..session.words import typed
from ..user_files import jsonc


@dataclass
class Record:
    """`is_new`: the file was not there; `folders`: those made for it; `edits`: [before, after] each."""

    is_new: bool = False
    folders: list[str] = field(default_factory=list)
    edits: list[list[str]] = field(default_factory=list)


def new_record(file: Path) -> Record:
    return Record(not file.exists(), [str(folder) for folder in reversed(file.parents) if not folder.exists()])


def undone(text: str, record: Record) -> str:
    """Each piece as it was, where it stands as we wrote it; else each key that still has our value.

    ValueError where the text is no JSONC by now.
    """
    for old, new in reversed(record.edits):
        text = text.replace(new, old) if text.count(new) == 1 else _without_ours(text, _keys(old), _keys(new))
    return text


def _keys(piece: str) -> dict[str, str | bool]:
    """Of a piece of an object, or of a whole one."""
    return jsonc.read(piece if piece.lstrip("\ufeff\r\n ").startswith("{") else f"{{{piece}}}")


def _without_ours(text: str, before: dict[str, str | bool], ours: dict[str, str | bool]) -> str:
    now = jsonc.read(text)
    for name in (name for name, value in ours.items() if now.get(name) == value):
        if name in before:
            text = jsonc.applied(text, jsonc.edits(text, {name: before[name]}))
        else:
            text = jsonc.without(text, name)
    return text


def records() -> dict[str, Record]:
    """By the settings file's path."""
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
        return {name: Record(**record) for name, record in known.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError):
        raise SetupError(f"{_file()} is damaged", remedy=typed("rm", str(_file()))) from None


def write(known: dict[str, Record]) -> None:
    if known:
        content = json.dumps({name: asdict(record) for name, record in known.items()}, indent=1)
        replace(_file(), content.encode(), mode=0o600)
        return
    with suppress(OSError):
        _file().unlink()
        _file().parent.rmdir()  # only if nothing else is in it


def _file() -> Path:
    return home() / paths.STATE_DIR[2:] / "vscode.json"
