"""A release as strangers install it, in a small Debian and without a clone: what it prints works as it is pasted."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import CACHE
from tests.real.claudes import CLAUDES
from tests.real.machines import PIP, ROOT, Machine, opened
from tests.real.release import build

pytestmark = [pytest.mark.root, pytest.mark.real_claude]

UV = 'offline = true\nno-index = true\nfind-links = ["/srv/cache/packages"]\n'
TOOLS = (
    "apt-get -qq -y install python3-venv >/dev/null &&"
    "UV_TOOL_DIR=/opt UV_TOOL_BIN_DIR=/usr/local/bin /usr/local/bin/uv tool install -q pipx"
)
WAYS = {  # how it is installed, and what calls it then
    "pip": (
        "python3 -m venv 'my own' && 'my own/bin/pip' install -q WHEEL",
        "'/home/dev/my own/bin/claude-local-setup'",
    ),
    "pipx install": ("pipx install -q WHEEL", "claude-local-setup"),
    "uv tool install": ("uv tool install -q WHEEL", "claude-local-setup"),
    "uvx": ("", "uvx --from WHEEL claude-local-setup"),
}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """With a claude and a model server, and the installers."""
    (wheel,) = build(ROOT, tmp_path_factory.mktemp("release"), "--wheel").glob("*.whl")
    with opened(1, disk="4g") as site:
        (machine,) = site.machines
        (machine.root / "etc/pip.conf").write_text(PIP)
        (machine.root / "etc/uv").mkdir()
        (machine.root / "etc/uv/uv.toml").write_text(UV)
        (machine.root / "srv" / wheel.name).write_bytes(wheel.read_bytes())
        (machine.root / "usr/local/bin/claude").symlink_to("/srv/cache" / CLAUDES[-1].relative_to(CACHE))
        for program in ("uv", "uvx"):
            shutil.copy(Path(sys.executable).parent / program, machine.root / "usr/local/bin")
        machine.inside("sh", "-c", TOOLS)
        with machine.network():
            server = MessagesApi(port=8080)
        with server:
            yield machine


def pasted(text: str, pattern: str) -> str:
    """The command that the text names there."""
    found = re.search(pattern, text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_applied_verified_used_and_removed(machine: Machine, way: str) -> None:
    (wheel,) = (machine.root / "srv").glob("*.whl")
    install, called = (text.replace("WHEEL", f"/srv/{wheel.name}") for text in WAYS[way])
    machine.typed(install)
    applied = machine.typed(f"{called} apply -y").stdout
    assert "0 problems in" in applied
    start = pasted(applied, "  (mkdir -p ~/project && cd ~/project)\n  claude-local ")
    assert "0 problems in" in machine.typed(f"{called} verify").stdout

    changed = machine.typed(f"{called} config set isolation.processes 500").stdout
    assert pasted(changed, "takes effect with: (.*)") == f"{called} apply"
    said = machine.typed(f"{start} && claude-local --jail true").stderr
    assert pasted(said, "the config was changed and is not applied yet: (.*)") == f"{called} apply"

    removed = machine.typed(f"{pasted(applied, 'to undo all of it: (.*)')} -y --purge").stdout
    if install:
        machine.typed(f"yes | {pasted(removed, 'to remove claude-local-setup itself: (.*)')}")
        machine.typed(f"! {called} --version")
    assert "to remove" not in removed or install
    assert "claude-local" not in machine.typed("ls -A ~ ~/.local/* ~/.config 2>/dev/null || true").stdout
