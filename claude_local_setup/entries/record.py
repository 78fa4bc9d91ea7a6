"""One line of the manifest: what we put for an entry, what an earlier version had put, and what was there before."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Put:
    """What we put, with enough of it to know it again; empty where it does not apply."""

    path: str = ""
    to: str = ""
    sha256: str = ""
    body: str = ""
    keys: Mapping[str, Any] = field(default_factory=dict)
    packages: tuple[str, ...] = ()

    @staticmethod
    def read(raw: Mapping[str, Any]) -> Put:
        return Put(
            path=_place(raw.get("path", "")),
            to=_text(raw.get("to", "")),
            sha256=_text(raw.get("sha256", "")),
            body=_text(raw.get("body", "")),
            keys=_object(raw.get("put", {})),
            packages=_texts(raw.get("packages", [])),
        )

    def as_json(self) -> dict[str, Any]:
        said = {
            "path": self.path,
            "to": self.to,
            "sha256": self.sha256,
            "body": self.body,
            "put": dict(self.keys),
            "packages": list(self.packages),
        }
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True)
class Before:
    """What was at a place before the first apply. `had`: the names in a folder; `made`: the folders that it lacked."""

    kind: str = "absent"
    mode: int | None = None
    content: bytes | None = None
    to: str = ""
    had: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    @staticmethod
    def read(raw: Mapping[str, Any]) -> Before:
        content, mode = raw.get("content"), raw.get("mode")
        return Before(
            kind=_text(raw["kind"]),
            mode=None if mode is None else int(_text(mode), 8),
            content=None if content is None else base64.b64decode(_text(content), validate=True),
            to=_text(raw.get("to", "")),
            had=_texts(raw.get("had", [])),
            made=tuple(map(_place, _texts(raw.get("made", [])))),
            packages=_texts(raw.get("packages", [])),
        )

    def as_json(self) -> dict[str, Any]:
        said = {
            "mode": None if self.mode is None else f"{self.mode:04o}",
            "content": None if self.content is None else base64.b64encode(self.content).decode("ascii"),
            "to": self.to or None,
            "had": list(self.had) or None,
            "made": list(self.made) or None,
            "packages": list(self.packages) or None,
        }
        return {"kind": self.kind, **{key: value for key, value in said.items() if value is not None}}


@dataclass(frozen=True)
class Record:
    """An entry as it was recorded. `put`: by the last apply; `was`: by the one before, where that differed."""

    name: str
    kind: str
    put: Put
    was: Put
    before: Before

    @property
    def key(self) -> str:
        return self.put.path or self.name

    @property
    def sums(self) -> set[str]:
        return {self.put.sha256, self.was.sha256} - {""}

    @staticmethod
    def read(raw: Mapping[str, Any]) -> Record:
        """KeyError, TypeError or ValueError for what is no record."""
        was, earlier = Put.read(raw.get("was", {})), Before.read(raw["before"])
        return Record(_text(raw["name"]), _text(raw["kind"]), Put.read(raw), was, earlier)

    def as_json(self) -> dict[str, Any]:
        was = self.was.as_json()
        return {
            "name": self.name,
            "kind": self.kind,
            **self.put.as_json(),
            **({"was": was} if was else {}),
            "before": self.before.as_json(),
        }


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _place(value: object) -> str:
    if value and not _text(value).startswith("/"):
        raise ValueError("not a path")
    return _text(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(_text(item) for item in value)


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value
