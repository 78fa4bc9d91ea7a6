"""What the README states is what the code does: its commands, its links, and the refusals of its first screen."""

from __future__ import annotations

import re
from pathlib import Path

from claude_local_setup.cli import cli
from tests.homes import Home

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_is_read_in_a_minute() -> None:
    assert README.count("\n") <= 150


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


def test_what_it_links_to_is_there() -> None:
    linked = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", README)]
    assert {"CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/index.md", "docs/pictures/run.svg"} <= set(linked)
    assert all((ROOT / link).stat().st_size > 500 for link in [*linked, "LICENSE"])


def test_it_leads_to_every_page() -> None:
    pages = {str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")}
    assert pages <= set(re.findall(r"\]\(([^)#]+)", README))
