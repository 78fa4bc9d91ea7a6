"""Steps that several kinds of entries take: a file written or removed, commands run, what is the user's by now kept."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from ..host.actual import Actual, Node
from ..session.words import APPLY, in_turn, typed
from ..user_files.diff import diff_of
from .actions import ABSENT, Action, Step, by_su, remove_file, set_mode, sha256, write
from .places import ImpossibleError, check_folder, check_writable
from .record import Record

HIDDEN = b"(hidden)"  # in place of what nobody is shown
CHANGED = b"(hidden, another one)"


def written(
    name: str, path: str, content: bytes, mode: int, actual: Actual, said: Callable[[bytes], bytes] = bytes
) -> Step:
    """A file with that content and mode; `said`: what is shown of a content."""
    node = actual.node(path)
    if node.content == content and node.mode == mode:
        return Step(name)
    if node.content == content:
        return Step(name, "pending", mode_diff(path, node, mode), set_mode(node.real, mode))
    check_writable(path, node, actual)
    expected = ABSENT if node.content is None else sha256(node.content)
    before, after = None if node.content is None else said(node.content), said(content)
    after = after.replace(HIDDEN, CHANGED) if before == after else after
    return Step(name, "pending", diff_of(before, after, actual.shown(path)), write(node.real, content, mode, expected))


def mode_diff(path: str, node: Node, mode: int) -> str:
    return f"- mode {node.mode:04o} {path}\n+ mode {mode:04o} {path}\n"


def run(name: str, action: Action, actual: Actual, diff: str = "", sign: str = "+") -> Step:
    """Commands, shown as they are."""
    if action.root and not actual.is_root and not actual.facts["sudo"]:
        raise ImpossibleError("it needs root, and there is no sudo", in_turn(by_su(action.commands), APPLY))
    return Step(name, "pending", diff + shown(action, sign), action)


def shown(action: Action, sign: str) -> str:
    return "".join(f"{sign} {shlex.join(command.words)}\n" for command in action.commands)


def rewritten(record: Record, node: Node, actual: Actual, content: bytes, mode: int) -> Step:
    """The file as it was, or without what is ours."""
    if content == node.content:
        return Step(record.name)
    check_writable(record.put.path, node, actual)
    diff = diff_of(node.content, content, actual.shown(record.put.path))
    return Step(record.name, "pending", diff, write(node.real, content, mode, sha256(node.content or b"")))


def removed(record: Record, node: Node, actual: Actual) -> Step:
    return removed_file(record.name, record.put.path, node, actual)


def removed_file(name: str, path: str, node: Node, actual: Actual) -> Step:
    """The step that removes a file as it is now. ImpossibleError where its folder does not let us."""
    check_folder(path, actual)
    return Step(name, "pending", f"- rm {path}\n", remove_file(path, sha256(node.content or b"")))


def kept(record: Record, why: str) -> Step:
    return Step(record.name, kept=f"{record.put.path}: {why}", remedy=typed("rm", record.put.path))
