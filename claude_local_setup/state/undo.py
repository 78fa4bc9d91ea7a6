"""One record of the manifest undone: what is still ours goes, what it replaced comes back, the rest is the user's."""

from __future__ import annotations

from ..entries.actions import Step
from ..entries.kinds import KINDS
from ..entries.places import ImpossibleError, check_not_normal, is_inside
from ..entries.record import Record
from ..host import paths
from ..host.actual import Actual, Node


def undo(record: Record, actual: Actual) -> Step:
    """The step that undoes a record; without a change where there is nothing to undo, or where it is the user's now."""
    path = record.put.path
    node = actual.node(path)
    try:
        check_not_normal(Node(node.kind, real=path) if node.link and record.kind == "Link" else node, actual)
        kind = KINDS.get(record.kind)
        return kind.undone(record, node, actual) if kind and node.kind != "absent" else Step(record.name)
    except ImpossibleError as reason:
        if is_inside(path, actual.path(paths.CONFIG_DIR)):  # a session can bring this about: it must not stop us
            return Step(record.name, kept=reason.error, remedy=reason.remedy)
        return Step(record.name, "failed", error=reason.error, remedy=reason.remedy)
