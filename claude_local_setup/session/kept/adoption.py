"""The first session in a workspace: what ~/.claude-local has of it, from before states were apart, is found again."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile

from ..linux.files import is_inside, read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..values import Values

EARLIER = ".claude"  # in the shared one: what Claude Code kept while an alias had that as HOME
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
        for earlier in (f"{shared}/{EARLIER}/{_TRANSCRIPTS}", f"{shared}/{_TRANSCRIPTS}"):
            for name in _folders_of(earlier, workspace):
                _adopt_sessions(f"{earlier}/{name}", f"{new}/state/{_TRANSCRIPTS}/{name}", workspace)
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
    """Claude Code names them after the folder, every other character a dash: two folders may have the same name."""
    prefix = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in workspace)
    try:
        names = sorted(os.listdir(transcripts))
    except OSError:
        return []
    return [name for name in names if name.startswith(prefix) and os.path.isdir(f"{transcripts}/{name}")]


def _adopt_sessions(source: str, target: str, workspace: str) -> None:
    """The transcripts that were written in the workspace, each with the folder beside it; all if all of them were."""
    names = sorted(os.listdir(source))
    places = {name: _place(f"{source}/{name}") for name in names if name.endswith(".jsonl")}
    own = {name for name, place in places.items() if is_inside(place, workspace)}
    if not own:
        return
    os.makedirs(target, 0o700, exist_ok=True)
    for name in names:
        if name in own or f"{name}.jsonl" in own or (name not in places and len(own) == len(places)):
            _copy_plain(f"{source}/{name}", f"{target}/{name}")


def _place(transcript: str) -> str:
    """Where it was written, as it says itself; "" if it does not."""
    try:
        with open(os.open(transcript, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            lines = file.read(_LOOKED_AT).split(b"\n")
    except OSError:
        return ""
    return next((item["cwd"] for item in map(_object, lines) if isinstance(item.get("cwd"), str)), "")


def _object(text: bytes | None) -> dict[str, Any]:
    try:
        value = json.loads(text or b"")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _copy_plain(source: str, target: str) -> None:
    """A file or folder as it is; links, pipes and devices stay behind."""
    mode = os.lstat(source).st_mode
    if stat.S_ISREG(mode):
        shutil.copy2(source, target, follow_symlinks=False)
    elif stat.S_ISDIR(mode):
        os.makedirs(target, 0o700, exist_ok=True)
        for name in os.listdir(source):
            _copy_plain(f"{source}/{name}", f"{target}/{name}")


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
