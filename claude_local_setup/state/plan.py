"""The plan: target state against actual state, one step an entry. Pure; a step carries its diff and its one action."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable

from ..content import claude_program
from ..entries.actions import (
    ABSENT,
    APT_INSTALL,
    APT_UPDATE,
    Command,
    Install,
    MakeDirectory,
    MakeLink,
    PutTree,
    Run,
    SetMode,
    Step,
    Write,
    package_commands,
)
from ..entries.places import ImpossibleError, check_not_normal, check_parent, check_place, check_writable, quoted
from ..host import distribution, userns
from ..host.probe import Actual, Node
from ..texts import block, json_merge
from ..texts.diff import diff_of
from .manifest import Manifest, manifest_entry, sha256
from .record import Record
from .target import (
    Block,
    BwrapCopy,
    ClaudeProgram,
    Directory,
    Entry,
    File,
    Link,
    MergedJson,
    Packages,
    Program,
    Seed,
    shown,
)


def plan(entries: Iterable[Entry], actual: Actual, stale: Iterable[Record] = ()) -> list[Step]:
    """One step for each entry, in their order; the manifest after the packages, before anything is written.

    `stale`: what the manifest has to go on naming though it is no longer an entry.
    """
    known = list(entries)
    earlier = Manifest.read(actual)
    steps = [_step(entry, actual, earlier) for entry in known]
    record = _step(manifest_entry(known, actual, earlier, stale), actual, earlier)
    return [steps[0], record, *steps[1:]]


def _step(entry: Entry, actual: Actual, earlier: Manifest) -> Step:
    try:
        match entry:
            case Packages():
                return _packages(entry, actual)
            case BwrapCopy():
                return _bwrap_copy(entry, actual)
            case ClaudeProgram():
                return _claude_program(entry, actual)
            case Directory():
                return _directory(entry, actual)
            case Link():
                return _link(entry, actual)
            case Program():
                return _program(entry, actual)
            case File() | Seed() | MergedJson() | Block():
                return _file(entry, actual, earlier)
    except ImpossibleError as reason:
        return Step(entry.name, "failed", error=reason.error, remedy=reason.remedy)


def _packages(entry: Packages, actual: Actual) -> Step:
    missing = tuple(package for package, command in entry.packages.items() if not actual.facts[command])
    if not missing:
        return Step(entry.name)
    named = " ".join(missing)
    if not actual.facts["apt"]:
        raise ImpossibleError(
            f"{' and '.join(missing)} missing, and there is no apt here",
            distribution.install_command(actual.os_release, missing, apt=False),
        )
    if not actual.is_root and not actual.facts["sudo"]:
        raise ImpossibleError(
            f"{' and '.join(missing)} missing, and there is no sudo", f"as root: apt-get install -y {named}"
        )
    diff = "".join(f"+ {shlex.join(command)}\n" for command in package_commands(Install(missing)))
    return Step(entry.name, "pending", diff, Install(missing))


_PUT = 'cat >"$1.new" && chmod 0644 "$1.new" && mv -f "$1.new" "$1"'


def _bwrap_copy(entry: BwrapCopy, actual: Actual) -> Step:
    texts = {userns.PROFILE: userns.PROFILE_TEXT} | ({userns.HOOK: userns.HOOK_TEXT} if actual.facts["apt"] else {})
    stale = {path: text for path, text in texts.items() if actual.node(path).content != text.encode()}
    if not stale and actual.facts["bwrap_copy"] == "fresh":
        return Step(entry.name)
    commands = [
        Command(("install", "-D", "-m", "0755", "/usr/bin/bwrap", userns.COPY)),
        *(Command(("sh", "-c", _PUT, "put", path), text) for path, text in stale.items()),
        Command(("apparmor_parser", "-r", userns.PROFILE)),
    ]
    files = "".join(diff_of(actual.node(path).content, text.encode(), path) for path, text in stale.items())
    return _run(entry.name, commands, actual, files)


def _claude_program(entry: ClaudeProgram, actual: Actual) -> Step:
    if actual.facts["claude"]:
        return Step(entry.name)
    if entry.install == "npm":
        if not actual.facts["npm"]:
            packages = distribution.install_command(actual.os_release, ["nodejs", "npm"], apt=bool(actual.facts["apt"]))
            raise ImpossibleError("claude.install is npm, and there is no npm here", packages)
        return _run(entry.name, [Command(claude_program.npm_command(actual))], actual, root=False)
    if not actual.facts["apt"]:
        raise ImpossibleError("claude.install is apt, and there is no apt here", "set claude.install to npm")
    commands = claude_program.apt_commands(APT_UPDATE, APT_INSTALL)
    return _run(entry.name, [Command(tuple(words)) for words in commands], actual)


def _run(name: str, commands: Iterable[Command], actual: Actual, diff: str = "", *, root: bool = True) -> Step:
    run = Run(tuple(commands), root)
    shown = "".join(f"+ {shlex.join(command.words)}\n" for command in run.commands)
    if root and not actual.is_root and not actual.facts["sudo"]:
        raise ImpossibleError("it needs root, and there is no sudo", "as root: claude-local-setup shows the commands")
    return Step(name, "pending", diff + shown, run)


def _directory(entry: Directory, actual: Actual) -> Step:
    node = actual.node(entry.path)
    if node.kind == "absent":
        check_parent(entry.path, actual)
        return Step(
            entry.name,
            "pending",
            f"+ mkdir -m {entry.mode:04o} {entry.path}\n",
            MakeDirectory(entry.path, entry.mode),
        )
    if node.kind != "directory":
        raise ImpossibleError(
            f"{entry.path} is in the way: it is not a folder",
            f"mv {quoted(entry.path)} {quoted(entry.path)}.old",
        )
    check_not_normal(node, actual)
    if node.mode == entry.mode:
        return Step(entry.name)
    return Step(entry.name, "pending", mode_diff(entry.path, node, entry.mode), SetMode(node.real, entry.mode))


def _program(entry: Program, actual: Actual) -> Step:
    node = actual.node(entry.path)
    if node.kind == "directory" and not node.link and actual.programs.get(entry.path) == entry.digest:
        return Step(entry.name)
    if node.kind == "absent":
        check_parent(entry.path, actual)
    return Step(entry.name, "pending", f"+ {shown(entry.path, actual)}\n", PutTree(entry.path, entry.archive))


def _link(entry: Link, actual: Actual) -> Step:
    node = actual.node(entry.path)
    if node.link and node.real == os.path.normpath(actual.node(entry.to).real or entry.to):
        return Step(entry.name)
    if node.kind != "absent" and not node.link:
        raise ImpossibleError(
            f"{entry.path} is in the way: it is not a link",
            f"mv {quoted(entry.path)} {quoted(entry.path)}.old",
        )
    return Step(entry.name, "pending", f"+ ln -s {entry.to} {entry.path}\n", MakeLink(entry.path, entry.to))


def _file(entry: File | Seed | MergedJson | Block, actual: Actual, earlier: Manifest) -> Step:
    node = actual.node(entry.path)
    if isinstance(entry, Seed) and node.kind == "file":
        return Step(entry.name)
    check_place(entry.path, node, actual)
    content = _content(entry, node, earlier)
    mode = entry.mode if isinstance(entry, File) or node.kind != "file" else node.mode
    if node.content == content and node.mode == mode:
        return Step(entry.name)
    if node.content == content:
        return Step(entry.name, "pending", mode_diff(entry.path, node, mode), SetMode(node.real, mode))
    check_writable(entry.path, node, actual)
    expected = ABSENT if node.content is None else sha256(node.content)
    diff = diff_of(node.content, content, shown(entry.path, actual))
    return Step(entry.name, "pending", diff, Write(node.real, content, mode, expected))


def _content(entry: File | Seed | MergedJson | Block, node: Node, earlier: Manifest) -> bytes:
    current = node.content or b""
    match entry:
        case File() | Seed():
            return entry.content
        case Block():
            return block.with_block(current, entry.body, entry.marks, earlier.earlier_bodies(entry))
        case MergedJson():
            try:
                put, original = earlier.earlier_json(entry)
                merged = json_merge.merged(json_merge.parsed(current), entry.ours, put, json_merge.parsed(original))
                return json_merge.written(current, merged)
            except (ValueError, RecursionError) as error:
                raise ImpossibleError(
                    f"{entry.path} is not valid JSON: {error}", f"mend it, or mv {quoted(entry.path)} away"
                ) from None


def mode_diff(path: str, node: Node, mode: int) -> str:
    return f"- mode {node.mode:04o} {path}\n+ mode {mode:04o} {path}\n"
