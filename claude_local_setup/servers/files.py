"""What is written for it: server.json, which says how it is started, and systemd's unit."""

from __future__ import annotations

import json

from ..host import paths
from ..host.actual import Actual
from .installation import Installation

# What a user's own service may be denied: nothing of this needs root, all but the first group a user namespace.
_HARDENED = """\
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
"""
_APART = """\
PrivateUsers=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectControlGroups=yes
ProtectKernelTunables=yes
"""


def server_json(chosen: Installation, actual: Actual) -> bytes:
    """What session/serving/served.py reads. Flags that the program lacks are left out at its start."""
    known = {
        "program": chosen.program.path,
        "libraries": chosen.program.libraries,
        "source": chosen.source,
        "model": chosen.model,
        "url": chosen.url,
    }
    words = ",\n  ".join(map(json.dumps, flags(chosen, actual)))
    return f'{json.dumps(known, indent=1)[:-2]},\n "flags": [\n  {words}\n ]\n}}\n'.encode()


def flags(chosen: Installation, actual: Actual) -> list[list[str]]:
    """Every one explicit: builds differ in what they do unasked. Never --tools, --agent, --ui-mcp-proxy: whoever
    reaches the port could run commands outside of any jail."""
    return [
        ["--host", chosen.host.strip("[]")],
        ["--port", str(chosen.port)],
        ["-hf" if chosen.is_download else "-m", chosen.source],
        ["--alias", chosen.model],
        ["-c", str(chosen.context)],
        ["-np", "1"],  # unset means four slots; one divides nothing, and suits hybrid models
        ["--jinja"],
        ["--no-mmproj"],
        ["--no-ui"],
        ["--api-key-file", paths.real(paths.SERVER_KEY, actual.facts["real_home"])],
        ["--cors-origins", "localhost"],
    ]


def unit(chosen: Installation, actual: Actual) -> bytes:
    """A user's service. Where no user namespace is to be had, what needs one is left out: it would not start."""
    refused = actual.facts["apparmor"] == "1" or "0" in (actual.facts["userns_clone"], actual.facts["max_userns"])
    apart = "" if refused else _apart(chosen, actual)
    start = _quoted(paths.real(paths.SERVE, actual.facts["real_home"])).replace("$", "$$")
    return f"""\
# The model server of claude-local. `claude-local-setup apply` writes this file; edits are undone.
[Unit]
Description=Model server of claude-local
StartLimitIntervalSec=60
StartLimitBurst=3

[Service]
ExecStart=/usr/bin/python3 -IS {start}
Restart=on-failure
RestartSec=2
{_HARDENED}{apart}
[Install]
WantedBy=default.target
""".encode()


def _apart(chosen: Installation, actual: Actual) -> str:
    """Of the home it sees itself and its model, nothing more; all of it read-only, where the program lies in it."""
    home = actual.facts["real_home"]
    is_foreign = chosen.program.path.startswith((actual.home + "/", home + "/")) and not chosen.program.wheel
    if is_foreign:
        return f"{_APART}ProtectHome=read-only\n"
    ours = [paths.real(path, home) for path in (paths.SERVER, paths.PRODUCT)]
    shown = [*ours, *([] if chosen.is_download else [_around(chosen.source, home)])]
    lines = "".join(f"BindReadOnlyPaths={_quoted(path).replace(':', chr(92) + ':')}\n" for path in shown)
    return f"{_APART}ProtectHome=tmpfs\nTemporaryFileSystem={_quoted(home)}:ro\n{lines}"


def _around(file: str, home: str) -> str:
    """The folder of a model, which may have parts; the file alone where that would show the home."""
    folder = file.rpartition("/")[0]
    return file if home == folder or home.startswith(folder + "/") else folder


def _quoted(path: str) -> str:
    """As systemd reads it (systemd.syntax(7)), and its specifiers."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
