"""What the pages in docs/ state is what the code does: their tables, their pictures, the recorded session."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from claude_local_setup.cli import cli
from docs import tables
from tests.homes import CACHE, Home
from tests.real.claudes import trust_the_folder
from tests.real.llama import Llama
from tests.real.terminal import Terminal
from tests.screen.stage import SCREENS
from tests.session.test_local_model import configure

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


@pytest.mark.parametrize("page", tables.PAGES)
def test_what_a_page_has_of_the_code_is_the_codes(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == tables.page(page), "python docs/tables.py"


def test_every_entry_of_the_target_state_has_its_place(plain_home: Home) -> None:
    plain_home.write(".bashrc", "")
    steps = plain_home.json("apply", "--dry-run")["hosts"][0]["steps"]
    stated = re.findall(r"^\| ([^|]+) \| ", (DOCS / "reference/files.md").read_text(), re.MULTILINE)
    assert {re.sub(r" in ~.*", "", step["name"]) for step in steps} <= set(stated)


def test_every_finding_has_its_place_among_the_checks(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    checks = (DOCS / "reference/checks.md").read_text()
    found = {item["id"] for item in plain_home.json("verify")["hosts"][0]["findings"]}
    assert {name for name in found if not name.startswith("target-state.") and f"`{name}`" not in checks} == set()


def test_every_command_that_a_page_names_exists() -> None:
    for page in PAGES:
        named = set(re.findall(r"claude-local-setup ([a-z]+)", page.read_text(encoding="utf-8")))
        assert named - {"never", "puts"} <= set(cli.commands), page


def test_every_file_of_ours_that_the_documents_name_is_there() -> None:
    for document in [*ROOT.glob("*.md"), *(page for page in PAGES if page.name != "obeyed.md")]:
        for named in re.findall(r"(?<![\w./])[\w./*]+\.(?:py|sh)\b", document.read_text()):
            if not named.startswith(("inventory/", "group_data/")):  # the user's own
                found = [*ROOT.glob(named), *(ROOT / "claude_local_setup").rglob(named)]
                assert found, (document.name, named)


@pytest.mark.parametrize("picture", ["run", "explain", *(f"screen-{name}" for name in SCREENS)])
def test_a_picture_is_one_and_shows_no_home_but_yours(picture: str) -> None:
    text = (DOCS / f"pictures/{picture}.svg").read_text(encoding="utf-8")
    assert ET.fromstring(text).tag.endswith("svg")
    assert set(re.findall(r"/home/(\w+)", text)) <= {"you"}
    assert "http" not in re.sub(r"http://(www.w3.org/2000/svg|127.0.0.1:8080)", "", text)


def test_the_site_is_built_offline_without_a_warning(tmp_path: Path) -> None:
    """Links and anchors are checked by it; nothing that it made is loaded from elsewhere."""
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    zensical = re.findall(r"zensical==[\d.]+", (ROOT / "pyproject.toml").read_text())[0]
    done = subprocess.run(
        [CACHE / "site" / zensical / "bin/python", "-m", "zensical", "build", "--strict"],
        cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HTTPS_PROXY": "http://127.0.0.1:9"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout + done.stderr
    built = {str(page.relative_to(tmp_path / "site")) for page in (tmp_path / "site").rglob("*.html")}
    assert built == {str(page.relative_to(DOCS).with_suffix(".html")) for page in PAGES} | {"404.html"}
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'(?:src|href)="(https?:[^"]*)', text) in ([], ["https://zensical.org/"]), page
        assert "<p>|" not in text and "\n|" not in text, (page, "a table that is none")


def test_every_page_has_its_place_on_the_site() -> None:
    named = re.findall(r'= "([\w/-]+\.md)"', (ROOT / "zensical.toml").read_text())
    assert sorted(named) == sorted(str(page.relative_to(DOCS)) for page in PAGES)


@pytest.mark.real_claude
def test_the_recorded_session_is_what_happens(plain_home: Home, scripted: dict[str, Path], tmp_path: Path) -> None:
    recorded = (
        (DOCS / "index.md")
        .read_text(encoding="utf-8")
        .split("<!-- session -->\n```text\n")[1]
        .split("```\n<!-- /session -->")[0]
    )
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
