"""What the README states is what the code does: its tables, its commands, and the refusals of its first screen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from claude_local_setup.cli import cli
from claude_local_setup.config.keys import keys
from claude_local_setup.session.battery.attempts import ATTEMPTS
from tests.homes import CACHE, Home
from tests.real.claudes import trust_the_folder
from tests.real.llama import Llama
from tests.real.terminal import Terminal
from tests.session.test_local_model import configure

DOCS = Path(__file__).parents[2] / "docs"
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def table(name: str) -> list[list[str]]:
    """The cells of the rows between the two marks of that name."""
    block = README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]
    rows = [line.strip("|").split(" | ") for line in block.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_config_table_is_the_configs() -> None:
    assert table("config") == [
        [f"`{key.name}`", f"`{json.dumps(key.default)}`", key.meaning] for key in keys().values()
    ]


def test_the_boundarys_table_is_the_batterys() -> None:
    assert [(row[0], row[1]) for row in table("battery")] == [
        (attempt.name, "works" if attempt.works else "refused") for attempt in ATTEMPTS
    ]


def test_the_entries_table_is_the_target_states(plain_home: Home) -> None:
    plain_home.write(".bashrc", "")
    steps = plain_home.json("apply", "--dry-run")["hosts"][0]["steps"]
    stated = {row[0] for row in table("entries")}
    assert {re.sub(r" in ~.*", "", step["name"]) for step in steps} <= stated


def test_every_command_that_it_names_exists() -> None:
    named = set(re.findall(r"claude-local-setup ([a-z]+)", README)) - {"and"}
    assert named
    assert named <= set(cli.commands)


def first_screen() -> list[tuple[str, list[str]]]:
    """The commands of the first console block, each with the lines that it prints."""
    block = README.split("```console\n")[1].split("```")[0]
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def test_the_first_screen_is_what_happens(plain_home: Home) -> None:
    plain_home.write(".ssh/id_ed25519", "key")
    assert plain_home.json("apply", "-y")["failed"] == 0
    plain_home.run("git", "init", "-q", cwd=plain_home.workspace())
    plain_home.run("git", "config", "--global", "user.email", "you@localhost")
    plain_home.run("git", "config", "--global", "user.name", "You")
    plain_home.extra["PATH"] = f"{plain_home.path}/.local/bin:/usr/bin:/bin"
    for command, printed in first_screen()[1:]:
        done = plain_home.run("bash", "-c", command, cwd=plain_home.workspace())
        said = (done.stdout + done.stderr).replace(str(plain_home.path), "/home/you")
        assert said.splitlines() == printed, command


@pytest.mark.real_claude
def test_the_recorded_session_is_what_happens(plain_home: Home, scripted: dict[str, Path], tmp_path: Path) -> None:
    recorded = README.split("<!-- session -->\n```text\n")[1].split("```\n<!-- /session -->")[0]
    asked, answered = (part.splitlines() for part in recorded.split("\n\n"))
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", "--alias", "scripted") as server:
        work = configure(plain_home, CACHE / "2.1.330/claude", server.base_url)
        with Terminal(plain_home, [str(plain_home.path / ".local/bin/claude-local")], work) as terminal:
            trust_the_folder(terminal)
            terminal.wait("scripted · 65536 tokens")
            terminal.type(asked[1][2:], "Enter")
            assert_shown(asked[1:], terminal.wait("Do you want to proceed?"))
            terminal.answer("Do you want to proceed?")
            terminal.wait(answered[-2])
            assert_shown(answered, terminal.wait("% used"))
    assert (work / "made-by-bash.txt").read_text() == "scripted\n"


def assert_shown(wanted: list[str], screen: str) -> None:
    """In this order, whatever stands between; how many percent are used depends on the names of folders."""
    lines = iter([re.sub(r"\d+% used", "% used", line).strip() for line in screen.splitlines()])
    for line in wanted:
        assert re.sub(r"\d+% used", "% used", line).strip() in lines, f"{line}\n{screen}"


@pytest.mark.parametrize(
    "file",
    [
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/boundary.md",
        "docs/how-the-jail-is-built.md",
        "docs/fleet.md",
        "docs/server.md",
        "LICENSE",
    ],
)
def test_the_files_that_it_links_to_are_there(file: str) -> None:
    assert f"]({file})" in README or file == "LICENSE"
    assert (Path(__file__).parents[2] / file).stat().st_size > 500


def test_every_file_of_ours_that_the_documents_name_is_there() -> None:
    root = Path(__file__).parents[2]
    for document in [*root.glob("*.md"), *(file for file in DOCS.glob("*.md") if file.name != "obeyed.md")]:
        for named in re.findall(r"(?<![\w./])[\w./*]+\.(?:py|sh)\b", document.read_text()):
            if not named.startswith(("inventory/", "group_data/")):  # the user's own
                found = [*root.glob(named), *(root / "claude_local_setup").rglob(named)]
                assert found, (document.name, named)


def test_the_table_of_what_is_obeyed_is_the_codes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import tables; print(tables.obeyed(), end='')"],
        cwd=DOCS, env={"PYTHONPATH": str(DOCS.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (DOCS / "obeyed.md").read_text() == done.stdout
