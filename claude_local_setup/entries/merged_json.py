"""Our keys in the user's JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..host.actual import Actual, Node
from ..session.words import edited
from ..user_files import json_merge
from .actions import Step
from .ours import record, there
from .places import ImpossibleError, check_place
from .record import Before, Put, Record
from .steps import kept, removed, rewritten, written

WHOLE = frozenset(("statusLine",))  # its parts mean nothing alone: it is ours or the user's


@dataclass(frozen=True)
class MergedJson:
    name: str
    path: str
    ours: Mapping[str, Any]
    mode: int
    instead: bytes = b""  # what the user's begins with where there is none
    yielding: frozenset[str] = frozenset()  # keys of ours that a value of the user's own goes before

    def put(self) -> Put:
        return Put(self.path, keys=self.ours)

    def before(self, actual: Actual) -> Before:
        before = there(self.path, actual)
        return replace(before, content=self.instead) if self.instead and before.kind == "absent" else before

    def found(self, actual: Actual) -> Record | None:
        return record(self, actual) if self._is_in(actual.node(self.path).content or b"") else None

    def _is_in(self, text: bytes) -> bool:
        """Whether all that we put into such a file is in this one."""
        try:
            theirs = json_merge.parsed(text)
        except (ValueError, RecursionError):
            return False
        return bool(theirs) and json_merge.same(theirs, json_merge.merged(theirs, self._wanted(theirs, [])))

    def _wanted(self, theirs: Mapping[str, Any], put: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Ours, without what the user has set himself where that goes before."""
        own = [key for key in self.yielding & theirs.keys() if not any(theirs[key] == known.get(key) for known in put)]
        return _without(self.ours, own)

    def step(self, actual: Actual, known: Record | None) -> Step:
        node = actual.node(self.path)
        check_place(self.path, node, actual)
        content = self._content(self.instead if node.content is None else node.content, known)
        return written(self.name, self.path, content, node.mode if node.kind == "file" else self.mode, actual)

    def _content(self, current: bytes, known: Record | None) -> bytes:
        recorded = [known.put.keys, known.was.keys] if known else []
        original = (known.before.content if known else self.instead) or b""
        try:
            theirs = json_merge.parsed(current)
            put = _still_whole(theirs, recorded)
            merged = json_merge.merged(theirs, self._wanted(theirs, put), put, json_merge.parsed(original))
            return json_merge.written(current, merged)
        except (ValueError, RecursionError) as error:
            problem = f"{self.path} is not valid JSON: {error}"
            raise ImpossibleError(problem, edited(self.path)) from None

    @staticmethod
    def undone(record: Record, node: Node, actual: Actual) -> Step:
        check_place(record.put.path, node, actual)
        text, original = node.content or b"", record.before.content or b""
        try:
            theirs = json_merge.parsed(text)
            put = _still_whole(theirs, [record.put.keys, record.was.keys])
            left = json_merge.without(theirs, put, json_merge.parsed(original))
        except (ValueError, RecursionError):
            return kept(record, "is not valid JSON: what we put there stays")
        is_as_begun = record.before.content is not None and json_merge.same(left, json_merge.parsed(original))
        if record.before.kind == "absent" and (not left or is_as_begun):
            return removed(record, node, actual)
        if is_as_begun:
            return rewritten(record, node, actual, original, node.mode)
        return rewritten(record, node, actual, json_merge.written(text, left), node.mode)


def _still_whole(theirs: Mapping[str, Any], put: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What we put, without what is the user's by now."""
    return [_without(known, [key for key in WHOLE & known.keys() if theirs.get(key) != known[key]]) for known in put]


def _without(known: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in known.items() if key not in keys}
