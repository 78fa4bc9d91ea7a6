"""What a project would start unasked (hooks, MCP servers and the like): off until the user has said yes to just that.

As direnv does: the answer is for this workspace and this content, and a changed file asks again. It is asked on a
terminal; where there is none the answer is no.
"""

from __future__ import annotations

import hashlib
import json
import os
import re

from ..linux.files import read_whole
from ..linux.terminal import agreed
from ..words import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .place import Workspace

_SETTINGS = (".claude/settings.json", ".claude/settings.local.json")
_SERVERS = ".mcp.json"
# Settings that start nothing and lead nowhere. Everything else is asked about.
_HARMLESS = (
    *("$schema", "permissions", "model", "outputStyle", "language", "theme", "includeCoAuthoredBy", "attribution"),
    *("cleanupPeriodDays", "includeGitInstructions", "respectGitignore", "spinnerTipsEnabled", "alwaysThinkingEnabled"),
    *("companyAnnouncements", "plansDirectory", "sandbox", "disableAllHooks", "claudeMdExcludes"),
)
_MOST = 2000
_HEAD = re.compile(rb"hooks|mcpServers|\\")  # a name may be written with escapes, or over two lines
_REFUSED = ("--setting-sources", "user", "--strict-mcp-config")


def arguments(where: Workspace, state: str) -> tuple[str, ...]:
    """For claude: those that leave the project's own settings and servers out, unless all of them are allowed."""
    found = dict(_found(where))
    wanted = sorted({word for name, text in found.items() for word in _starts(name, text)})
    if not wanted:
        return ()
    if unread := [name for name, text in found.items() if text is None]:
        say(f"{where.root}/{unread[0]} cannot be read, or is too large: the project's own settings are off")
        return _REFUSED
    told = _digest(found)
    record = f"{os.path.dirname(state)}/allowed"  # beside the state, where no session can write
    if told in (read_whole(record) or b"").decode("ascii", "replace").split():
        return ()
    if _agreed(where.root, wanted):
        _remember(record, told)
        return ()
    return _REFUSED


def _digest(found: dict[str, bytes | None]) -> str:
    sums = hashlib.sha256()
    for name in sorted(found):
        for part in (os.fsencode(name), found[name] or b""):
            sums.update(len(part).to_bytes(8, "big") + part)
    return sums.hexdigest()


def _found(where: Workspace) -> Iterator[tuple[str, bytes | None]]:
    """What there is, by its path in the workspace, in each folder from its root to the current one; None: not read."""
    parts = where.cwd[len(where.root) :].strip("/").split("/")
    for depth in range(len(parts) + 1 if parts != [""] else 1):
        folder = "/".join(parts[:depth])
        for name in (*_SETTINGS, _SERVERS, *_instructions(f"{where.root}/{folder}")):
            relative = f"{folder}/{name}".lstrip("/")
            if os.path.lexists(f"{where.root}/{relative}"):
                yield relative, _read(f"{where.root}/{relative}")


def _read(path: str) -> bytes | None:
    """None for what is no text that is read: a file of some other kind among instructions is beyond their number."""
    known = path.endswith((".md", ".json"))
    return read_whole(path) if known else None


def _instructions(folder: str) -> Iterator[str]:
    """Agents, skills and commands, whose heads may name hooks and servers; of very many the first that are too many."""
    count = 0
    for kind in ("agents", "skills", "commands"):
        for place, _, names in os.walk(f"{folder}/.claude/{kind}", followlinks=True):
            for name in names:
                count += 1
                if count > _MOST:
                    yield f".claude/{kind}"  # no file: what cannot be read
                    return
                if name.endswith(".md"):
                    yield f"{place}/{name}"[len(folder) :].lstrip("/")


def _starts(name: str, text: bytes | None) -> list[str]:
    """What it would start, by the names of its settings; of what cannot be read, all."""
    if text is None:
        return [name]
    if name.endswith(".md"):
        return [f"what starts with {name}"] if _HEAD.search(_head(text)) else []
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        return [name]
    if not isinstance(known, dict):
        return [name]
    if name.endswith(_SERVERS):
        servers = known.get("mcpServers")
        return [f"MCP server {server}" for server in servers] if isinstance(servers, dict) else []
    return [setting for setting, value in known.items() if setting not in _HARMLESS and _is_set(value)]


def _head(text: bytes) -> bytes:
    """What stands between the two lines of dashes at its beginning; all, where the second is missing."""
    plain = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not plain.startswith(b"---"):
        return b""
    return re.split(rb"[\r\n]---", plain[3:], maxsplit=1)[0]


def _is_set(value: Any) -> bool:
    return value not in ({}, [], "", None, False)


def _agreed(root: str, wanted: list[str]) -> bool:
    what = ", ".join(wanted[:12]) + (", and more" if len(wanted) > 12 else "")
    say(f"{root} brings settings that start things without asking: {what}")
    answer = agreed("allow them in this workspace, as they are now? [y/N] ")
    if answer is None:
        say("they are off in this session: start it once on a terminal to allow them")
    elif not answer:
        say("they are off in this session")
    return bool(answer)


def _remember(record: str, told: str) -> None:
    with open(os.open(record, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(f"{told}\n")
