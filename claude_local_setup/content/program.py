"""The session program as it is put on a host: its folder, the files that start it, and its values."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .. import __version__
from ..host import paths
from ..host.actual import Actual
from ..servers.installation import Installation
from ..session.values import config_sum
from .environment import MODEL
from .setup import Setup

_PACKAGE = "session"
_STARTER = """\
#!/usr/bin/python3 -IS
# claude-local: Claude Code on a local model, in a jail. `claude-local-setup apply` writes this file; edits are undone.
import sys

sys.path.insert(0, {program})
try:
    from session import bundle

    bundle.use()
    from session import words
    from session.{module} import main
except ImportError:
    sys.exit("claude-local: its program is missing: " + {setup} + " apply")
words.setup = {setup}
sys.exit(main({argument}))
"""


@cache
def modules() -> Mapping[str, bytes]:
    """The program's files by path below its folder."""
    source = Path(__file__).parents[1] / _PACKAGE
    return {str(file.relative_to(source)): file.read_bytes() for file in source.rglob("*.py")}


@cache
def digest() -> str:
    """What the probe says of a folder with just these files: the SHA-256 of their SHA-256s."""
    lines = [f"{hashlib.sha256(modules()[name]).hexdigest()}  ./{name}\n" for name in sorted(modules())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@cache
def archive() -> bytes:
    """The files as a tar, the same for the same files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(modules()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(modules()[name]), 0o644
            tar.addfile(entry, io.BytesIO(modules()[name]))
    return packed.getvalue()


def folder(actual: Actual) -> str:
    """Each version has a folder of its own: a session that runs goes on with the one it began with."""
    return actual.path(f"{program_path()}/{_PACKAGE}")


def program_path() -> str:
    return f"{paths.PRODUCT}/program-{digest()[:12]}"


def wrapper(actual: Actual) -> bytes:
    return _starter("main", actual, ascii(actual.facts["real_home"]))


def model_script(actual: Actual) -> bytes:
    """What a session asks for its status line and /local-model."""
    return _starter("server.model", actual, f"sys.argv[1:], {actual.path(paths.PRODUCT)!a}")


def serve_script(actual: Actual) -> bytes:
    """What starts the model server that apply installs."""
    home = actual.facts["real_home"]
    places = ", ".join(ascii(paths.real(path, home)) for path in (paths.SERVER, paths.PRODUCT))
    return _starter("serving.serve", actual, f"sys.argv[1:], {places}", home)


def _starter(module: str, actual: Actual, argument: str, home: str = "") -> bytes:
    program = ascii(paths.real(program_path(), home) if home else actual.path(program_path()))
    return _STARTER.format(program=program, module=module, argument=argument, setup=ascii(actual.setup)).encode()


def values(setup: Setup) -> bytes:
    """values.json: what session/values.py reads. The key is not in it."""
    config, actual = setup.config, setup.actual
    known = {
        "version": __version__,
        "home": actual.home,
        "real_home": actual.facts["real_home"],
        "uid": int(actual.facts["uid"]),
        "level": config.isolation.level,
        "bwrap": setup.bwrap,
        "claude": setup.claude,
        "enforced_sum": hashlib.sha256(setup.enforced).hexdigest(),
        "base_url": config.server.base_url,
        "serves": setup.server.runs if isinstance(setup.server, Installation) else "",
        "server_program": setup.server.program.path if isinstance(setup.server, Installation) else "",
        "finds_server": setup.finds_server,
        "management_url": config.server.management_url,
        "model": config.server.model,
        "any_model": MODEL,
        "context_tokens": config.server.context_tokens,
        "max_output_tokens": config.server.max_output_tokens,
        "network": config.network.mode,
        "ports": config.network.ports,
        "publish": config.network.publish,
        "domains": config.network.domains,
        "workspaces": config.isolation.workspaces,
        "hide": config.isolation.hide,
        "read": config.isolation.read,
        "write": config.isolation.write,
        "pass_env": config.isolation.pass_env,
        "mask": list(config.isolation.mask),
        "devices": list(config.isolation.devices),
        "nested": config.isolation.nested,
        "processes": config.isolation.processes,
        "tmp_percent": config.isolation.tmp_percent,
        "chosen": setup.chosen,
        "config": actual.facts["config"],
        "config_sum": config_sum(actual.node(actual.facts["config"]).content),
        "sent_env": [[name, value] for name, value in setup.sent.items()],
    }
    # ASCII: a name on a disk need not be UTF-8.
    return json.dumps(known, indent=1).encode() + b"\n"
