"""What tests of the state share."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home, tree

PROGRAM = '#!/bin/bash\neval "${!#}"\n'  # instead of claude: it does what its last argument says
STATE = ".claude-local/workspaces"


def set_up(home: Home, api: MessagesApi, level: str = "session") -> None:
    home.write("bin/claude", PROGRAM).chmod(0o755)
    text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n[isolation]\nlevel = "{level}"\n'
    home.write(".config/claude-local-setup/config.toml", text)
    assert home.json("apply", "-y")["failed"] == 0


def session(home: Home, cwd: Path, command: str) -> subprocess.CompletedProcess[str]:
    return home.local(str(home.path / "bin/claude"), command, cwd=cwd)


def workspaces(home: Home) -> tuple[Path, Path]:
    one, other = (Path(tempfile.mkdtemp(dir=home.path, prefix=f"{name}-")) for name in ("one", "other"))
    return one, other


KEEP = """
cd ~/.claude-local && mkdir -p projects/x todos plugins/p file-history &&
echo secret | tee projects/x/1.jsonl history.jsonl todos/1.json plugins/p/x file-history/x paste >/dev/null &&
echo '{"projects": {}, "secret": 1}' >.claude.json && echo '{"secret": 2}' >settings.local.json
"""


def shared(home: Home) -> dict[str, tuple[int, bytes | str]]:
    """The shared config directory, without the workspaces' states."""
    places = [path for path in (home.path / ".claude-local").iterdir() if path.name != "workspaces"]
    names = {path.name: (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"") for path in places}
    folders = [path for path in (*places, home.path / "dotfiles") if path.is_dir()]
    return {**names, **{f"{path.name}/{name}": seen for path in folders for name, seen in tree(path).items()}}
