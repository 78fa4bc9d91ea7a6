"""The config directory of a session: each workspace has a state of its own, over a shared one that sessions only read.

The shared one is ~/.claude-local; the workspaces' lie in it, in `workspaces/`, where no session sees any but its own.
"""

from __future__ import annotations

import os

from ..linux.files import is_inside, read_whole
from ..shown.secrets import is_secret
from ..words import Refusal, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..shown.surroundings import Found, Guide
    from ..values import Values

# What is the user's, for all workspaces: shown to each session, read-only.
SHARED = (
    *("CLAUDE.md", "commands", "agents", "skills", "rules", "output-styles", "hooks", "themes", "workflows"),
    "keybindings.json",
)
CACHES = "caches"  # beside the state
_NAME_MAX = 200


def folder_of(values: Values, workspace: str) -> str:
    """The host's folder for this workspace; the session sees `state` in it alone."""
    return f"{values.real_home}/.claude-local/workspaces/{_name(workspace)}"


def caches_of(values: Values, workspace: str, own_state: str = "") -> str:
    """Where layers over caches are kept (layers.py)."""
    return f"{own_state or folder_of(values, workspace)}/{CACHES}"


def _name(workspace: str) -> str:
    """The path, written as one name that leads back to it; a hash where that would be too long."""
    name = workspace.strip("/").replace("%", "%25").replace(",", "%2C").replace("/", ",")
    if len(os.fsencode(name)) <= _NAME_MAX:
        return name
    import hashlib

    return f"%{hashlib.sha256(os.fsencode(workspace)).hexdigest()}"


def workspace_of(name: str) -> str:
    """The workspace whose folder has that name; "" where it is a hash."""
    if name.startswith("%") and not name.startswith(("%25", "%2C")):
        return ""
    return "/" + name.replace(",", "/").replace("%2C", ",").replace("%25", "%")


def known_workspaces(values: Values) -> list[str]:
    """The folders in which sessions have been: what lies there may be a session's work."""
    parent = f"{values.real_home}/.claude-local/workspaces"
    try:
        names = os.listdir(parent)
    except OSError:
        return []
    told = (
        workspace_of(name) or os.fsdecode(read_whole(f"{parent}/{name}/path") or b"")
        for name in names
        if name[0] != "."
    )
    return [folder for folder in told if folder]


def prepare(values: Values, workspace: str, folder: str = "") -> str:
    """The state's folder, made where it is new: what the shared config directory has of this workspace goes along."""
    folder = folder or folder_of(values, workspace)
    try:
        if not os.path.isdir(folder):
            from . import adoption

            adoption.adopt(values, workspace, folder)
        os.makedirs(f"{folder}/state", 0o700, exist_ok=True)  # the user may have cleared it
        _reopen(f"{folder}/state")
    except OSError as error:
        problem = f"{folder}, where sessions here keep what they keep, cannot be used: {error.strerror}"
        raise Refusal(problem, remedy=typed("ls", "-la", os.path.dirname(folder))) from None
    return f"{folder}/state"


def _reopen(folder: str) -> None:
    """A session may have closed its state to itself (chmod 000). Never through a link."""
    opened = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.chmod(f"/proc/self/fd/{opened}", 0o700)
    finally:
        os.close(opened)


def shared(values: Values, guide: Guide) -> Iterator[Found]:
    """What of the shared config directory sessions see. A link in it is followed: it is the user's."""
    for name in SHARED:
        found = guide.found(f"{values.real_home}/.claude-local/{name}", "yours, for all workspaces")
        is_state = found and is_inside(found.source, f"{values.real_home}/.claude-local/workspaces")
        if found and not is_state and _may_be_led_to(guide.in_the_home(found.source), guide.home):
            yield found


def _may_be_led_to(real: str, home: str) -> bool:
    """No secrets: an earlier version's sessions could have made such a link. What the normal claude has by one of these
    names is none."""
    return not is_secret(real, home) or any(is_inside(real, f"{home}/.claude/{name}") for name in SHARED)


def shared_settings(values: Values) -> bytes:
    """The user's settings.json."""
    return read_whole(f"{values.real_home}/.claude-local/settings.json") or b""
