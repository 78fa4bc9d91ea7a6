"""The first session in a workspace: what ~/.claude-local has of it, from before states were apart, is found again."""

from __future__ import annotations

import json
import os
import shutil
import tempfile

from .files import is_inside, read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .values import Values

_NEW = ".new-"
_TRANSCRIPTS = "projects"
_LOOKED_AT = 200_000  # bytes of a transcript in which it says where it was


def adopt(values: Values, workspace: str, folder: str) -> None:
    """Makes the state's folder, whole or not at all. Raises OSError."""
    shared = f"{values.real_home}/.claude-local"
    parent = os.path.dirname(folder)
    os.makedirs(parent, 0o700, exist_ok=True)
    for left in os.listdir(parent):  # of a start that was killed
        if left.startswith(_NEW) and not os.path.exists(f"/proc/{left[len(_NEW) :].partition('.')[0]}"):
            shutil.rmtree(f"{parent}/{left}", ignore_errors=True)
    new = tempfile.mkdtemp(prefix=f"{_NEW}{os.getpid()}.", dir=parent)
    try:
        os.makedirs(f"{new}/state/{_TRANSCRIPTS}", 0o700)
        for name in _folders_of(f"{shared}/{_TRANSCRIPTS}", workspace):
            _copy_plain(f"{shared}/{_TRANSCRIPTS}/{name}", f"{new}/state/{_TRANSCRIPTS}/{name}")
        _write(f"{new}/state/.claude.json", _first_state(f"{shared}/.claude.json", workspace))
        os.symlink(f"{values.home}/.claude/ide", f"{new}/state/ide")  # older versions of Claude Code look there
        _write(f"{new}/path", os.fsencode(workspace))
        os.rename(new, folder)
    except OSError:
        if not os.path.isdir(f"{folder}/state"):  # else another session was quicker
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _folders_of(transcripts: str, workspace: str) -> list[str]:
    """Claude Code names them after the folder, every other character a dash: what stands in them tells which it was."""
    prefix = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in workspace)
    try:
        names = sorted(os.listdir(transcripts))
    except OSError:
        return []
    return [name for name in names if name.startswith(prefix) and _is_of(f"{transcripts}/{name}", workspace)]


def _is_of(folder: str, workspace: str) -> bool:
    """Whether one of the transcripts in it, and none that says otherwise, was written in the workspace."""
    if not os.path.isdir(folder):
        return False
    places = {place for name in os.listdir(folder) if name.endswith(".jsonl") for place in _places(f"{folder}/{name}")}
    return bool(places) and all(is_inside(place, workspace) for place in places)


def _places(transcript: str) -> list[str]:
    try:
        with open(os.open(transcript, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            lines = file.read(_LOOKED_AT).split(b"\n")
    except OSError:
        return []
    known = [_object(line) for line in lines]
    return [item["cwd"] for item in known if isinstance(item.get("cwd"), str)][:1]


def _object(text: bytes | None) -> dict[str, Any]:
    try:
        value = json.loads(text or b"")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _copy_plain(source: str, target: str) -> None:
    """Files and folders as they are; links, pipes and devices stay behind."""
    os.mkdir(target, 0o700)
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _copy_plain(entry.path, f"{target}/{entry.name}")
            elif entry.is_file(follow_symlinks=False):
                shutil.copy2(entry.path, f"{target}/{entry.name}", follow_symlinks=False)


def _first_state(path: str, workspace: str) -> bytes:
    """No onboarding; and whether the user has trusted this folder, nothing of any other."""
    known = _object(read_whole(path, follow=False))
    projects = known.get("projects")
    folders = projects if isinstance(projects, dict) else {}
    trusted = {
        folder: {"hasTrustDialogAccepted": True}
        for folder, told in folders.items()
        if is_inside(folder, workspace) and isinstance(told, dict) and told.get("hasTrustDialogAccepted") is True
    }
    state = {"hasCompletedOnboarding": True, **({"projects": trusted} if trusted else {})}
    return json.dumps(state, indent=2).encode() + b"\n"


def _write(path: str, content: bytes) -> None:
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
