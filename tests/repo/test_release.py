"""A release: its version stands in one place, and what publishes it takes nothing that could be exchanged."""

from __future__ import annotations

import re
from pathlib import Path

from claude_local_setup import __version__

ROOT = Path(__file__).parents[2]


def test_the_changelog_begins_with_this_version() -> None:
    newest = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]
    assert newest in (__version__, f"{__version__} (unreleased)")


def test_the_version_stands_in_one_place() -> None:
    listed = [*ROOT.glob("*.toml"), *(ROOT / "claude_local_setup").rglob("*.py"), *ROOT.glob("*.sh")]
    found = [file.name for file in listed if f'"{__version__}"' in file.read_text(encoding="utf-8")]
    assert found == ["__init__.py"]


def test_each_action_of_the_workflows_is_pinned_by_its_commit() -> None:
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        used = re.findall(r"uses: (\S+)(.*)", workflow.read_text(encoding="utf-8"))
        assert used
        for action, comment in used:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
