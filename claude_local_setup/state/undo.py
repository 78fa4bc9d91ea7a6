"""One record of the manifest undone: what is still ours goes, what it replaced comes back, the rest is the user's."""

from __future__ import annotations

import shlex

from ..entries.actions import Command, MakeLink, RemoveAll, RemoveFile, Run, Step, Write
from ..entries.places import (
    ImpossibleError,
    check_folder,
    check_not_normal,
    check_place,
    check_writable,
    is_inside,
    quoted,
)
from ..host import paths, userns
from ..host.probe import Actual, Node
from ..texts import block, json_merge
from ..texts.diff import diff_of
from .record import Record, sha256
from .target import shown


def undo(record: Record, actual: Actual) -> Step:
    """The step that undoes a record; without a change where there is nothing to undo, or where it is the user's now."""
    path = record.put.path
    node = actual.node(path)
    try:
        check_not_normal(Node(node.kind, real=path) if node.link and record.kind == "Link" else node, actual)
        match record.kind:
            case _ if node.kind == "absent":
                return Step(record.name)
            case "Block":
                return _block(record, node, actual)
            case "MergedJson":
                return _merged(record, node, actual)
            case "File":
                return _file(record, node, actual)
            case "Program":
                return _program(record, node, actual)
            case "Seed":
                return _seed(record, node, actual)
            case "Link":
                return _link(record, node, actual)
            case "BwrapCopy":
                return _bwrap_copy(record)
    except ImpossibleError as reason:
        if is_inside(path, actual.path(paths.CONFIG_DIR)):  # a session can bring this about: it must not stop us
            return Step(record.name, kept=reason.error, remedy=reason.remedy)
        return Step(record.name, "failed", error=reason.error, remedy=reason.remedy)
    return Step(record.name)


def _block(record: Record, node: Node, actual: Actual) -> Step:
    if node.kind == "dangling":
        return Step(record.name)
    check_place(record.put.path, node, actual)
    marks = block.MARKDOWN if record.put.path.endswith(".md") else block.SHELL
    text = node.content or b""
    left = block.without_block(text, record.put.body.encode(), marks, [record.was.body.encode()])
    if text != left == b"" and record.before.kind == "absent" and not node.link:
        return _removed(record, node, actual)
    return _rewritten(record, node, actual, left, node.mode)


def _merged(record: Record, node: Node, actual: Actual) -> Step:
    check_place(record.put.path, node, actual)
    text, original = node.content or b"", record.before.content or b""
    try:
        put = [record.put.keys, record.was.keys]
        left = json_merge.without(json_merge.parsed(text), put, json_merge.parsed(original))
    except (ValueError, RecursionError):
        return _kept(record, "is not valid JSON: what we put there stays")
    if not left and record.before.kind == "absent":
        return _removed(record, node, actual)
    if record.before.content is not None and json_merge.same(left, json_merge.parsed(original)):
        return _rewritten(record, node, actual, original, node.mode)
    return _rewritten(record, node, actual, json_merge.written(text, left), node.mode)


def _file(record: Record, node: Node, actual: Actual) -> Step:
    before = record.before
    if before.kind == "file" and node.content == before.content:
        return Step(record.name)
    if node.content is None or sha256(node.content) not in record.sums:
        return _kept(record, "you changed it since")
    if before.content is not None:
        check_place(record.put.path, node, actual)
        return _rewritten(record, node, actual, before.content, node.mode if before.mode is None else before.mode)
    if node.link:
        return _kept(record, "you made it a link since")
    return _removed(record, node, actual)


def _program(record: Record, node: Node, actual: Actual) -> Step:
    """With what Python has compiled of it, and the folder that is named after it."""
    if node.kind != "directory" or node.link or actual.programs.get(record.put.path) not in record.sums:
        return _kept(record, "you changed it since")
    check_folder(record.put.path, actual)
    return Step(record.name, "pending", f"- rm -r {record.put.path}\n", RemoveAll((record.put.path,)))


def _seed(record: Record, node: Node, actual: Actual) -> Step:
    """Once Claude Code has written to it, it is a session's."""
    ours = node.content is not None and sha256(node.content) in record.sums
    if record.before.kind == "absent" and ours and not node.link:
        return _removed(record, node, actual)
    return Step(record.name)


def _link(record: Record, node: Node, actual: Actual) -> Step:
    before = record.before.to
    if node.to == before:
        return Step(record.name)
    if not node.link or node.to not in (record.put.to, record.was.to):
        return _kept(record, "you changed it since")
    if before:
        diff = f"- ln -s {node.to} {record.put.path}\n+ ln -s {before} {record.put.path}\n"
        return Step(record.name, "pending", diff, MakeLink(record.put.path, before))
    check_folder(record.put.path, actual)
    diff = f"- ln -s {node.to} {record.put.path}\n"
    return Step(record.name, "pending", diff, RemoveFile(record.put.path, f"link:{node.to}"))


def _bwrap_copy(record: Record) -> Step:
    if record.before.kind != "absent":
        return Step(record.name)
    folder = userns.COPY.rpartition("/")[0]
    commands = (
        Command(("apparmor_parser", "-R", userns.PROFILE)),
        Command(("rm", "-f", userns.PROFILE, userns.HOOK, userns.COPY)),
        Command(("rmdir", "--ignore-fail-on-non-empty", folder)),
    )
    diff = "".join(f"- {shlex.join(command.words)}\n" for command in commands)
    return Step(record.name, "pending", diff, Run(commands, root=True))


def _kept(record: Record, why: str) -> Step:
    return Step(record.name, kept=f"{record.put.path}: {why}", remedy=f"rm {quoted(record.put.path)}")


def _rewritten(record: Record, node: Node, actual: Actual, content: bytes, mode: int) -> Step:
    if content == node.content:
        return Step(record.name)
    check_writable(record.put.path, node, actual)
    diff = diff_of(node.content, content, shown(record.put.path, actual))
    return Step(record.name, "pending", diff, Write(node.real, content, mode, sha256(node.content or b"")))


def _removed(record: Record, node: Node, actual: Actual) -> Step:
    return removed_file(record.name, record.put.path, node, actual)


def removed_file(name: str, path: str, node: Node, actual: Actual) -> Step:
    """The step that removes a file as it is now. ImpossibleError where its folder does not let us."""
    check_folder(path, actual)
    return Step(name, "pending", f"- rm {path}\n", RemoveFile(path, sha256(node.content or b"")))
