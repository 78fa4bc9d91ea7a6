"""The table of what is obeyed by itself: each row is read-only where it is there, and named where a session made it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from claude_local_setup.session.workspace import obeyed
from tests.homes import Home
from tests.session.workspace.ends import session_of

NAMES = {name.replace("*", "x"): reason for name, reason in obeyed.every()}
KEPT = [name for name, _ in obeyed.kept()]


@pytest.mark.parametrize("below", ["", "deep/er/"], ids=["root", "below"])
def test_each_row_that_a_session_made_is_named_with_who_obeys_it(ready: Home, below: str) -> None:
    for number, chunk in enumerate(chunks(sorted(NAMES), len(NAMES) // 20 + 1)):  # twenty are shown of one session
        made = {name: f"{number}/{below}{name}" for name in chunk}
        script = "".join(f"mkdir -p '{Path(place).parent}'; echo x >'{place}'\n" for place in made.values())
        lines = session_of(ready, script).splitlines()
        assert [name for name, place in made.items() if f"  {place}: {NAMES[name]}" not in lines] == []


@pytest.mark.parametrize("folder", [".vscode", ".claude/skills", ".cursor", ".github/workflows", ".config/mise"])
def test_a_folders_row_is_for_all_in_it(ready: Home, folder: str) -> None:
    said = session_of(ready, f"mkdir -p {folder}/a/b; echo x >{folder}/a/b/c")
    assert f"  {folder}/a/b/c: {NAMES[folder]}" in said.splitlines()


HARM = """
import os, shutil
for name in {names}:
    for place in (name, name + "/inner", name + "/new"):
        for harm in (lambda: open(place, "w"), lambda: os.unlink(place), lambda: os.rename(place, "gone")):
            try:
                harm()
            except OSError:
                pass
    shutil.rmtree(name, ignore_errors=True)
    try:
        os.rename(name.partition("/")[0], "away")
    except OSError:
        pass
"""


@pytest.mark.parametrize("as_folder", [False, True], ids=["file", "folder"])
def test_each_kept_row_is_read_only_where_it_is_there(ready: Home, as_folder: bool) -> None:
    work = ready.workspace()
    for name in KEPT:
        place = work / name / "inner" if as_folder else work / name
        if not any((work / part).is_file() for part in [Path(name), *Path(name).parents]):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("mine\n")
    there = [name for name in KEPT if os.path.lexists(work / name)]
    assert len(there) > len(KEPT) - 4
    (work / "harm.py").write_text(HARM.format(names=there))
    assert "this session made" not in session_of(ready, "exec python3 harm.py")
    for name in there:
        place = work / name / "inner" if as_folder and (work / name).is_dir() else work / name
        if place.is_file():
            assert place.read_text() == "mine\n", name
    assert not (work / "gone").exists()
    assert not (work / "away").exists()


def chunks(names: list[str], count: int) -> list[list[str]]:
    return [names[start::count] for start in range(count)]


def test_a_pattern_is_of_one_part_with_one_star() -> None:
    patterns = [name for name, _ in obeyed.every() if "*" in name]
    assert patterns
    assert [name for name in patterns if name.count("*") != 1 or "/" in name or name.find("*") == 1] == []


def test_ordinary_files_are_obeyed_by_nobody() -> None:
    for name in (
        "main.py",
        "src/vscode/x",
        "mise.txt",
        "docs/mise/readme.md",
        "docs/claude/hooks/x",
        "a.envrc.py",
        "github/workflows/x",
    ):
        assert obeyed.who_obeys(name) == "", name


@pytest.mark.parametrize("there", ["settings.json", "readme"])
def test_where_a_folder_is_a_link_all_that_it_leads_to_is_read_only(ready: Home, there: str) -> None:
    shared = ready.workspace() / "shared"
    shared.mkdir()
    (shared / there).write_text("{}\n")
    (ready.workspace() / ".claude").symlink_to("shared")
    session_of(ready, "echo x >shared/settings.local.json; mkdir shared/hooks; mv shared other; true")
    assert [path.name for path in shared.iterdir()] == [there]
