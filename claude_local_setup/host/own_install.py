"""How this command itself came here: so it is called again, and so it goes. It cannot delete itself while it runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..session.words import SETUP, quoted


def called() -> str:
    """What calls this command again from any shell of this user's, today and tomorrow.

    Its name, where a link in some folder of commands leads to it, or it was started as a module; else how it was run.
    """
    script, own = Path(sys.argv[0]), Path(sys.prefix, "bin", SETUP)
    is_linked = script.name != SETUP or script.parent.resolve() != own.parent.resolve()
    if is_linked or os.path.exists(os.path.expanduser(f"~/.local/bin/{SETUP}")):  # noqa: PTH110, PTH111
        return SETUP
    return _run_by() or quoted(str(own))


def how_to_uninstall() -> str:
    """The command that removes claude-local-setup itself; "" where it is kept by nobody but a cache."""
    prefix = Path(sys.prefix)
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    if prefix == data / f"{SETUP}/venv":  # install.sh
        return f"rm -r {quoted(str(prefix.parent))} {quoted(str(Path.home() / '.local/bin' / SETUP))}"
    if _run_by():
        return ""
    if "pipx" in prefix.parts:
        return f"pipx uninstall {SETUP}"
    if prefix.match("uv/tools/*"):
        return f"uv tool uninstall {SETUP}"
    return f"{quoted(sys.executable)} -m pip uninstall {SETUP}"


def _run_by() -> str:
    """The command of those that make an environment for one run: uvx (seen: uv 0.13) and `pipx run` (pipx 1.18)."""
    prefix = Path(sys.prefix)
    if prefix.parent.name.startswith(("archive-v", "environments-v")):
        option, runner = "--from", "uvx"
    elif "pipx" in prefix.parts and prefix.parent.name != "venvs":
        option, runner = "--spec", "pipx run"
    else:
        return ""
    source = _source()
    return " ".join([runner, *([option, quoted(source)] if source else []), SETUP])


def _source() -> str:
    """Where this package came from, as installers take it; "" if from an index."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.request import url2pathname

    try:
        origin = json.loads(distribution(SETUP).read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return ""
    url, repository = str(origin.get("url", "")), origin.get("vcs_info")
    if repository:
        revision = repository.get("requested_revision")
        return f"{repository['vcs']}+{url}" + (f"@{revision}" if revision else "")
    return url2pathname(url.removeprefix("file://")) if url.startswith("file://") else url
